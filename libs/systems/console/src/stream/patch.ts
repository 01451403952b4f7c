import { isObject } from '@nestjs-spark/foundation/internal';
import type { ConsoleState } from '../ask/state.ts';

/** The difference between two states: for each item its key and the changed fields. */
export interface Delta {
  at: string;
  modules: Record<string, unknown>[];
  copies: Record<string, unknown>[];
  /** The ids of removed copies, and removed modules as `module:{name}`. */
  gone: string[];
  letters: number;
}

/** Pure. */
export function deltaOf(before: ConsoleState, after: ConsoleState): Delta {
  return {
    at: after.at,
    letters: after.letters,
    modules: changedOf(before.modules, after.modules, 'name'),
    copies: changedOf(before.copies, after.copies, 'id'),
    gone: [
      ...goneOf(before.copies, after.copies, 'id'),
      ...goneOf(before.modules, after.modules, 'name').map((name) => `module:${name}`),
    ],
  };
}

export function isEmpty({ modules, copies, gone }: Delta): boolean {
  return modules.length + copies.length + gone.length === 0;
}

function changedOf<T extends object, K extends keyof T & string>(
  before: readonly T[],
  after: readonly T[],
  key: K,
): Record<string, unknown>[] {
  const known = new Map(before.map((one) => [one[key], one]));
  return after.flatMap((one) => {
    const changed = patchOf(known.get(one[key]) ?? {}, one);
    return changed ? [{ ...changed, [key]: one[key] }] : [];
  });
}

function goneOf<T extends object, K extends keyof T & string>(
  before: readonly T[],
  after: readonly T[],
  key: K,
): string[] {
  const left = new Set(after.map((one) => one[key]));
  return before.map((one) => one[key]).filter((one) => !left.has(one)) as string[];
}

/** Objects with a fixed set of fields. */
const DEEP: ReadonlySet<string> = new Set(['in', 'out', 'request']);

/** The fields that differ, one level deep in objects that both have; null if none. */
function patchOf(before: object, after: object): Record<string, unknown> | null {
  const old = before as Record<string, unknown>;
  const changed = Object.entries(after).flatMap(([name, value]): [string, unknown][] => {
    const was = old[name];
    if (was === value) return [];
    if (DEEP.has(name) && isObject(was) && isObject(value)) {
      const inner = patchOf(was, value);
      return inner ? [[name, inner]] : [];
    }
    return JSON.stringify(was) === JSON.stringify(value) ? [] : [[name, value]];
  });
  return changed.length === 0 ? null : Object.fromEntries(changed);
}
