import { describe, expect, it } from '@jest/globals';
import { inBatches } from './in-batches.ts';

describe('what is applied together', () => {
  /** How long ago the previous batch was returned, for each call. */
  const since: number[] = [];
  const batchesOf = async (items: readonly number[]): Promise<number[][]> => {
    since.length = 0;
    const come = async function* () {
      yield* items;
    };
    const bounds = {
      mostItems: 3,
      mostWeight: 10,
      weigh: (item: number) => item,
      waitMs: (sinceMs: number) => (since.push(sinceMs), 3_600_000),
    };
    const over = new AbortController();
    const batches: number[][] = [];
    for await (const batch of inBatches(come(), bounds, over.signal)) batches.push(batch);
    over.abort();
    return batches;
  };

  it('is a run of consecutive ones, up to a number and a weight', async () => {
    expect(await batchesOf([1, 1, 1, 1, 6, 5, 1])).toEqual([[1, 1, 1], [1, 6, 5], [1]]);
  });

  it('is a single one that is heavy enough by itself, without waiting for others', async () => {
    expect(await batchesOf([200, 1, 9, 200])).toEqual([[200], [1, 9], [200]]);
  });

  it('waits for more according to when the previous batch was applied', async () => {
    await batchesOf([1, 1, 1, 1]);
    expect(since[0]).toBe(Infinity);
    expect(since[1]).toBeLessThan(Infinity);
  });
});
