import { describe, expect, it } from '@jest/globals';
import { RunSlots } from './run-slots.ts';

describe('Runs on a cluster', () => {
  it('are at most so many at once, and one that is stopped while it waits takes no place', async () => {
    const slots = new RunSlots(2);
    const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const stopped = new AbortController();
    const runs = ends.map(({ promise }, n) => {
      const signal = n === 2 ? stopped.signal : new AbortController().signal;
      return slots.run(signal, () => {
        begun.push(n);
        return promise;
      });
    });
    expect([begun, slots.isFull]).toEqual([[0, 1], true]);
    stopped.abort(new Error('cancelled'));
    await expect(runs[2]).rejects.toThrow('cancelled');
    ends[0]?.resolve();
    await runs[0];
    ends[1]?.reject(new Error('failed'));
    await expect(runs[1]).rejects.toThrow('failed');
    ends[3]?.resolve();
    await runs[3];
    expect([begun, slots.isFull]).toEqual([[0, 1, 3], false]);
  });
});
