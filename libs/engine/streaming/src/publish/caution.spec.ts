import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Caution } from './caution.ts';

/** Publishes a thousand changes with etags 1 to 1,000; `bad` cannot be published. @returns what was left out, and the tries */
function publishAll(bad: ReadonlySet<number>): { leftOut: number[]; tries: number } {
  const caution = new Caution();
  const leftOut: number[] = [];
  let to = 0;
  let tries = 0;
  while (to < 1_000) {
    tries++;
    const changes = Math.min(caution.mostAfter(to), 1_000 - to);
    const isRefused = caution.isRefusedAfter(to);
    const some = Array.from({ length: changes }, (_, n) => to + n + 1);
    if (isRefused) leftOut.push(...some);
    else if (some.some((n) => bad.has(n))) {
      caution.failed({ after: to, changes, cause: null });
      continue;
    }
    to += changes;
    caution.passed(to);
  }
  return { leftOut, tries };
}

describe('publishing what the log does not take', () => {
  it('leaves out those, and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 30 }), (bad) => {
        expect(publishAll(new Set(bad)).leftOut).toEqual(bad.toSorted((a, b) => a - b));
      }),
    );
  });

  it('finds one in about three times the logarithm of the set', () => {
    expect(publishAll(new Set([617])).tries).toBeLessThan(45);
  });
});
