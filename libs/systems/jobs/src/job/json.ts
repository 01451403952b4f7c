type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

const parse = JSON.parse as unknown as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** Only such a number can be written in another way than JavaScript writes it. It may also be part of a string. */
const UNUSUAL = /\d[.eE]|\d{16}|-0/;
/** So many characters cannot be nested too deep to be read or written. */
const BRIEF = 4_096;

/**
 * Reads JSON so that `JSON.stringify` gives every number as it was written: a number that JavaScript cannot hold as it stands
 * (9007199254740993, 1.10) becomes raw JSON.
 * @throws {SyntaxError} for a text that is not JSON
 */
export function parseExactly(text: string): unknown {
  if (text.length <= BRIEF && !UNUSUAL.test(text)) return JSON.parse(text);
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  );
}
