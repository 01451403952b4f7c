import { describe, expect, it } from '@jest/globals';
import { delayMs, doubling, type RetryPolicy } from './retry-policy.ts';

const waits = (policy: RetryPolicy, count: number, random = 1): number[] =>
  Array.from({ length: count }, (_, at) => delayMs(policy, at + 1, () => random));

describe('a retry policy', () => {
  it('waits the same each time when it says nothing else', () => {
    expect(waits({ waitMs: 500 }, 3)).toEqual([500, 500, 500]);
  });

  it('grows by its factor up to its longest wait', () => {
    expect(waits({ waitMs: 1_000, factor: 2, longestMs: 30_000 }, 7)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('takes the waits of a list in turn and repeats the last one', () => {
    expect(waits({ waitMs: [500, 1_000, 2_000, 5_000] }, 6)).toEqual([
      500, 1_000, 2_000, 5_000, 5_000, 5_000,
    ]);
  });

  it('has only the share that is random vary', () => {
    expect(waits({ waitMs: 100, jitter: 0.5 }, 1, 0)).toEqual([50]);
    expect(waits({ waitMs: 100, jitter: 1 }, 1, 0)).toEqual([0]);
    expect(waits({ waitMs: 100, jitter: 1 }, 1, 1)).toEqual([100]);
  });

  it('stays within its bounds after any number of failures', () => {
    expect(delayMs(doubling(100), 5_000, () => 1)).toBe(5_000);
    expect(delayMs(doubling(100), 5_000, () => 0)).toBe(2_500);
    expect(delayMs(doubling(100), 2, () => 1)).toBe(200);
  });
});
