import { isName } from '@nestjs-spark/contracts';
import type { ProblemField } from '@nestjs-spark/contracts';
import { invalidFields } from '@nestjs-spark/modules/internal';
import type { SetAsideWish } from './set-aside-desk.ts';

const TAKE = 50;
const MOST = 500;

/** @throws {ProblemError} `invalid` (400) for what is no name */
export function readWish(query: Record<string, unknown>): SetAsideWish {
  return { module: nameIn(query, 'module'), task: nameIn(query, 'task') };
}

/** @throws {ProblemError} `invalid` (400) for what is no whole number, or too many at once */
export function readPage(query: Record<string, unknown>): { skip: number; take: number } {
  return {
    skip: numberIn(query, 'skip', 0, Number.MAX_SAFE_INTEGER),
    take: numberIn(query, 'take', TAKE, MOST),
  };
}

function nameIn(query: Record<string, unknown>, key: string): string | undefined {
  const value = query[key];
  if (value === undefined || isName(value)) return value;
  throw wrong(key, 'must be a name');
}

function numberIn(query: Record<string, unknown>, key: string, otherwise: number, most: number): number {
  const value = query[key];
  if (value === undefined) return otherwise;
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= most) return number;
  throw wrong(key, `must be a whole number from 0 to ${most}`);
}

function wrong(key: string, detail: string): ReturnType<typeof invalidFields> {
  const field: ProblemField = { pointer: `/${key}`, detail };
  return invalidFields([field]);
}
