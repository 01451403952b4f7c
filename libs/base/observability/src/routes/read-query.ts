import { ProblemError } from '@nestjs-spark/contracts';
import { pointerStep } from '@nestjs-spark/foundation/internal';

const LONGEST_SHOWN = 80;

/** The query of a URL, regardless of how the platform has parsed it. */
export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

/**
 * An ignored parameter would be believed to have had an effect, and so would both of two values.
 * @throws {ProblemError} `invalid` (400) for an unknown parameter, listing the known ones, and for a repeated one
 */
export function refuseUnknown(query: URLSearchParams, known: readonly string[]): void {
  const names = new Set(query.keys());
  const said = known.length === 0 ? 'none is expected' : `expected: ${known.join(', ')}`;
  for (const name of names) {
    if (!known.includes(name)) throw wrong(name, `is not known here; ${said}`);
    if (query.getAll(name).length > 1) throw wrong(name, 'has to be given only once');
  }
}

/** A number's range and default. */
export interface WholeBounds {
  least?: number;
  most?: number;
  otherwise?: number;
}

/**
 * A whole number in plain decimal digits, as in a query, a path or a header: `1e3`, `0x10`, `+1` and an empty text are refused.
 * @throws {ProblemError} `invalid` (400)
 */
export function readWhole(
  value: unknown,
  name: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER, otherwise }: WholeBounds = {},
): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  const number = wholeIn(value);
  if (number !== null && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw wrong(name, `has to be a whole number ${range}`);
}

/** Parses a number of at most 16 digits; null for everything else. */
export function wholeIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** The problem for a parameter, field or header that cannot be used: what is wrong with it, and where it is. */
export function wrong(name: string, detail: string): ProblemError {
  const shown = name.slice(0, LONGEST_SHOWN);
  const pointer = `/${pointerStep(shown)}`;
  return new ProblemError('invalid', `${shown} ${detail}.`, { errors: [{ pointer, detail }] });
}
