type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

const parse = JSON.parse as unknown as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/**
 * Reads JSON so that `JSON.stringify` gives every number as it was written: a number that JavaScript cannot hold as it stands
 * (9007199254740993, 1.10) becomes raw JSON.
 * @throws {SyntaxError} for a text that is not JSON
 */
export function parseExactly(text: string): unknown {
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  );
}
