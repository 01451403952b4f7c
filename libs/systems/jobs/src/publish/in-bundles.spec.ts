import { describe, expect, it } from '@jest/globals';
import { inBundles } from './in-bundles.ts';

async function* numbers(upTo: number): AsyncGenerator<number> {
  for (let at = 1; at <= upTo; at++) yield at;
}

async function all<T>(bundles: AsyncIterable<T[]>): Promise<T[][]> {
  const found: T[][] = [];
  for await (const bundle of bundles) found.push(bundle);
  return found;
}

describe('bundles', () => {
  it('have all that is there, in its order, and no more than is wanted at once', async () => {
    expect(await all(inBundles(numbers(7), 3))).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(await all(inBundles(numbers(0), 3))).toEqual([]);
  });

  it('fail when they are asked for, not while the one before is worked at', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    async function* broken(): AsyncGenerator<number> {
      yield* numbers(2);
      throw new Error('the connection is lost');
    }
    const bundles = inBundles(broken(), 2);
    expect(await bundles.next()).toEqual({ done: false, value: [1, 2] });
    // Node reports what nobody handles when the microtasks of a turn are done.
    await new Promise(setImmediate);
    await expect(bundles.next()).rejects.toThrow('the connection is lost');
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
