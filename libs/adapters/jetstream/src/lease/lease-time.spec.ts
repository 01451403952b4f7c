import { describe, expect, it } from '@jest/globals';
import { LeaseTime } from './lease-time.ts';

describe("A lease's time", () => {
  it('is what was configured while JetStream answers at once', () => {
    const time = new LeaseTime(5_000);
    expect(time.ttlMs).toBe(5_000);
    time.saw(20);
    expect(time.ttlMs).toBe(5_000);
  });

  /** A holder renews after a third of it, and may lose one renewal. */
  it.each<[string, number[]]>([
    ['a link of 300 ms', [300, 310, 290]],
    ['a link of 1.5 s', [1_500, 1_500, 1_500]],
    ['a link of 2 s that was quick before', [5, 5, 5, 2_000]],
    ['a link of 4 s', [4_000, 4_100]],
    ['a link that becomes slower with every answer', [100, 400, 900, 1_600, 2_500, 3_600]],
    ['every other answer late', [2_500, 5, 2_500, 5]],
    ['one late answer among quick ones', [5, 5, 3_000, 5]],
    ['an answer at once', [0, 0, 0]],
    ['a server that comes back after a while', [9_000, 20, 20]],
    ['answers faster than the clock', [0.2, 0.4, 1_200]],
  ])('is enough for two renewals after the last answer over %s', (_link, answers) => {
    const time = new LeaseTime(5_000);
    for (const tookMs of answers) time.saw(tookMs);
    const last = answers.at(-1) ?? 0;
    const renewedAfter = time.ttlMs / 3;
    expect(time.ttlMs).toBeGreaterThanOrEqual(Math.min(30_000, renewedAfter + 2 * last));
    expect(time.ttlMs).toBeGreaterThanOrEqual(5_000);
    expect(time.ttlMs).toBeLessThanOrEqual(30_000);
  });

  it('grows at once with a slow answer, up to a bound, and comes down step by step', () => {
    const time = new LeaseTime(5_000);
    time.saw(2_000);
    expect(time.ttlMs).toBe(12_000);
    time.saw(100_000);
    expect(time.ttlMs).toBe(30_000);
    for (let renewals = 0; renewals < 20; renewals++) time.saw(2);
    expect(time.ttlMs).toBe(5_000);
  });
});
