import { invalidFields } from '../admit/read-body.ts';

const TAKE = 50;
const MOST = 1_000;

/** @throws {ProblemError} `invalid` (400) for anything but a whole number, and for too many at once */
export function readPage(query: Record<string, unknown>): { skip: number; take: number } {
  return {
    skip: numberIn(query, 'skip', 0, Number.MAX_SAFE_INTEGER),
    take: numberIn(query, 'take', TAKE, MOST),
  };
}

function numberIn(query: Record<string, unknown>, key: string, otherwise: number, most: number): number {
  const value = query[key];
  if (value === undefined) return otherwise;
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= most) return number;
  throw invalidFields([{ pointer: `/${key}`, detail: `must be a whole number from 0 to ${most}` }]);
}
