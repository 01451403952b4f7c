import { ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import { isObject, messageOf } from '@nestjs-spark/foundation/internal';
import { unkeptParts } from './unkept-parts.ts';

/** Parses a JSON text. It may throw anything that `notJson` can explain. */
export type ParseJson = (text: string) => unknown;

/**
 * Parses a body as a JSON object. A caller for which a missing body counts as an empty object handles that itself.
 * @throws {ProblemError} `invalid` (400)
 */
export function readObject(text: string, parse?: ParseJson): Record<string, unknown> {
  return objectIn(readJson(text, parse));
}

/** Parses a body as a JSON value. @throws {ProblemError} `invalid` (400) */
export function readJson(text: string, parse: ParseJson = parseFinite): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    if (text.trim() === '') throw emptyBody();
    // The text is JSON: only parsing with a reviver recurses.
    throw error instanceof RangeError ? tooDeep(undefined, error) : notJson(error);
  }
}

/** A parsed body, if it is a JSON object. @throws {ProblemError} `invalid` (400) for a list, a number or any other value */
export function objectIn(value: unknown): Record<string, unknown> {
  if (isObject(value)) return value;
  throw notAnObject();
}

/** @throws {ProblemError} `invalid` (400), naming every number that JavaScript cannot hold by JSON pointer */
function parseFinite(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (MAY_BE_OUT_OF_RANGE.test(text)) refuseUnkept(unkeptParts(value, { isLost: () => false }));
  return value;
}

/** Only a number of this form can be out of range. What matches may also be part of a string. */
const MAY_BE_OUT_OF_RANGE = /\d[eE]\+?\d|\d{309}/;

/** @throws {ProblemError} `invalid` (400) when there are any */
export function refuseUnkept(parts: ProblemField[]): void {
  if (parts.length > 0) throw invalidFields(parts);
}

export function invalidFields(errors: ProblemField[]): ProblemError {
  return new ProblemError('invalid', 'Some fields are invalid; see errors.', { errors });
}

/** The problem of a body that is JSON, but not an object. */
export function notAnObject(): ProblemError {
  return new ProblemError('invalid', 'The body must be a JSON object.');
}

/** The problem of a body of nothing but white space, where a value is needed. */
export function emptyBody(): ProblemError {
  return new ProblemError('invalid', 'The body is empty.');
}

/** The problem of a body that is not JSON, with the parser's reason, if it is known. */
export function notJson(error?: unknown): ProblemError {
  const reason = error === undefined ? '' : `: ${whyNotJson(error)}`;
  return new ProblemError('invalid', `The body is not JSON${reason}.`, { cause: error });
}

const NOT_VALID = ' is not valid JSON';

/** Why a text is not JSON, as part of a sentence: what was unexpected, and where. */
export function whyNotJson(error: unknown): string {
  // Plain parsing has no limit, but parsing with a reviver recurses.
  if (error instanceof RangeError) return 'it is nested too deeply';
  const reason = messageOf(error);
  // `Unexpected token 'x', "{x" is not valid JSON` would say the same thing twice.
  const [token] = /^Unexpected token '[^]{1,2}'(?=, )/u.exec(reason) ?? [];
  if (!reason.endsWith(NOT_VALID)) return reason;
  if (token === undefined) return `it is ${reason.slice(0, -NOT_VALID.length)}`;
  return `${token} in ${reason.slice(token.length + ', '.length, -NOT_VALID.length)}`;
}

/** @param levels how many are allowed; left out where only the stack sets the limit */
export function tooDeep(levels?: number, cause?: unknown): ProblemError {
  const limit = levels === undefined ? '' : `; at most ${levels} levels are allowed`;
  return new ProblemError('invalid', `The body is nested too deeply${limit}.`, { cause });
}

/** @param mostBytes null: the limit is not known */
export function tooLarge(mostBytes: number | null): ProblemError {
  const detail =
    mostBytes === null ? 'The body is too large.' : `The body may have at most ${mostBytes} bytes.`;
  return new ProblemError('tooLarge', detail);
}
