import { describe, expect, it } from '@jest/globals';
import { LeaseTime } from './lease-time.ts';

describe("A lease's time", () => {
  it('is what was configured while JetStream answers at once', () => {
    const time = new LeaseTime(5_000);
    expect(time.ttlMs).toBe(5_000);
    time.saw(20);
    expect(time.ttlMs).toBe(5_000);
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
