import { checkMeaning } from './check-meaning.ts';
import { checkShape, hasShape } from './check-shape.ts';
import { parseText } from './parse-text.ts';
import { DefinitionRefusedError } from './refusal.ts';
import type { PipelineDefinition } from './types.ts';

// Locating a fault takes time, and more would not be read.
const MOST_FAULTS = 100;

/**
 * Reads and checks a definition in YAML or JSON: its shape and, wherever the shape is right, its content.
 * @throws {DefinitionRefusedError} with all faults in the order of the text
 */
export function readDefinition(text: string): PipelineDefinition {
  const { value, repeated, locate } = parseText(text);
  const { faults, draft, inText } = checkShape(value);
  const meant = checkMeaning(draft).map((fault) => ({ ...fault, path: inText(fault.path) }));
  const all = [...faults, ...meant].slice(0, MOST_FAULTS);
  if (all.length === 0 && repeated.length === 0 && hasShape(value)) return value;
  const refusals = [...repeated.slice(0, MOST_FAULTS), ...all.map(locate)];
  throw new DefinitionRefusedError(refusals.toSorted((a, b) => a.line - b.line || a.column - b.column));
}
