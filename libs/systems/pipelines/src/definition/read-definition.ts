import { checkMeaning } from './check-meaning.ts';
import { hasShape } from './check-shape.ts';
import { parseText } from './parse-text.ts';
import { DefinitionRefusedError, type Fault } from './refusal.ts';
import type { PipelineDefinition } from './types.ts';

/**
 * Reads a definition, YAML or JSON, and checks all of it: its shape first, then what it says.
 * @throws {DefinitionRefusedError} with each thing that is wrong, and where in the text
 */
export function readDefinition(text: string): PipelineDefinition {
  const { value, locate } = parseText(text);
  const faults: Fault[] = [];
  if (!hasShape(value, faults)) throw new DefinitionRefusedError(faults.map(locate));
  const refused = checkMeaning(value);
  if (refused.length > 0) throw new DefinitionRefusedError(refused.map(locate));
  return value;
}
