import { describe, expect, it } from '@jest/globals';
import { describeAttempt } from '../dead-letter/attempt.ts';
import { PermanentError } from './permanent-error.ts';
import { decide, DEFAULT_DELAYS_SECONDS, requireDelays } from './retry-schedule.ts';

describe('The retry schedule', () => {
  it('makes six attempts after 2, 10, 30, 60 and 300 s unless told otherwise', () => {
    const decisions = [1, 2, 3, 4, 5, 6].map((attempt) => decide(new Error(), attempt, requireDelays()));
    const delays = decisions.map((decision) => (decision.action === 'retry' ? decision.delayMs : null));
    expect(delays).toEqual([2_000, 10_000, 30_000, 60_000, 300_000, null]);
    expect(requireDelays({})).toBe(DEFAULT_DELAYS_SECONDS);
  });

  it('gives up at once what cannot succeed', () => {
    expect(decide(new PermanentError('no'), 1, [1, 2])).toEqual({ action: 'give-up' });
    expect(decide(new Error('no'), 1, [])).toEqual({ action: 'give-up' });
  });

  it('refuses pauses that make no sense', () => {
    for (const wrong of [-1, Number.NaN, 1e9])
      expect(() => requireDelays({ delaysSeconds: [wrong] })).toThrow('delaysSeconds');
  });

  it('keeps the causes of a failed attempt, within bounds', () => {
    const error = new Error('outer', { cause: new Error('inner', { cause: 'root' }) });
    expect(describeAttempt(error)).toBe('outer: inner: root');
    expect(describeAttempt(new Error('x'.repeat(100_000)))).toHaveLength(1_000);
  });
});
