import { checkMeaning } from './check-meaning.ts';
import { checkShape, hasShape } from './check-shape.ts';
import { parseText } from './parse-text.ts';
import { DefinitionRefusedError } from './refusal.ts';
import type { PipelineDefinition } from './types.ts';

// Finding the place of a fault takes time, and nobody reads more.
const MOST_FAULTS = 100;

/**
 * Reads a definition, YAML or JSON, and checks all of it: its shape, and what it says wherever the shape is right.
 * @throws {DefinitionRefusedError} with each thing that is wrong, in the order of the text
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
