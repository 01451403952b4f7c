import { isObject } from '@nestjs-spark/foundation/internal';

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

const parse = JSON.parse as unknown as (text: string, reviver: Reviver) => unknown;
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

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

/** Whether what `parseExactly` returned is an object in the text: a number that stays as it is written is one in memory only. */
export const isReadObject = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !isRawJSON(value);

/**
 * An object as JavaScript holds it, which `JSON.stringify` writes as it was read: in memory 1.0 is 1, in answers and in the store it stays 1.0.
 * @param read what `parseExactly` returned
 */
export function writtenExactly<T extends object>(read: T): T {
  const text = JSON.stringify(read);
  const held = JSON.parse(text) as T;
  // A number that stands alone is one in memory, too.
  if (typeof held !== 'object' || JSON.stringify(held) === text) return held;
  return Object.defineProperty(held, 'toJSON', { value: () => read, enumerable: false });
}

/** The arguments of a statement, as `writtenExactly`. */
export function exactArgs(args: unknown): unknown {
  return typeof args === 'object' && args !== null ? writtenExactly(args) : args;
}

/** Whether an object is written differently from how JavaScript holds it. */
export function isWrittenExactly(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Object.getOwnPropertyDescriptor(value, 'toJSON')?.value === 'function';
}

/**
 * The first number of a JSON text that JavaScript would turn into another one: a whole number of more than 53 bits, or one out of range. Null
 * if there is none. Digits that follow the point and exceed a double do not count: rounded to a double, they are what every program reads.
 */
export function lossyNumberIn(text: string): string | null {
  if (!MAY_BE_LOSSY.test(text)) return null;
  let found: string | null = null;
  parse(text, (_key, value, { source }) => {
    if (typeof value === 'number' && source !== undefined && isLossy(source)) found ??= source;
    return null;
  });
  return found;
}

/** Only such a number can be too large or too small. It may also be part of a string. */
const MAY_BE_LOSSY = /\d{16}|\d[eE]/;

function isLossy(source: string): boolean {
  const held = Number(source);
  if (!Number.isFinite(held)) return true;
  if (held === 0) return /[1-9]/.test(source.replace(/[eE].*/, ''));
  return /^-?\d+$/.test(source) && BigInt(source) !== BigInt(held);
}
