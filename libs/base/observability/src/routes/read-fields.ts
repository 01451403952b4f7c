import { readObject, type ParseJson } from './broken-body.ts';
import { wrong } from './read-query.ts';

/**
 * The fields of a body that is a JSON object, or empty.
 * @param known the names of all fields that it may have
 * @throws {ProblemError} `invalid` (400), also for unknown fields
 */
export function readFields(
  text: string,
  known: readonly string[],
  parse?: ParseJson,
): Record<string, unknown> {
  if (text.trim() === '') return {};
  const fields = readObject(text, parse);
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other === undefined) return fields;
  throw wrong(other, `is not known here; expected: ${known.join(', ')}`);
}
