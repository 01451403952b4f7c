import { describe, expect, it } from '@jest/globals';
import { ahead } from './ahead.ts';

describe('reading ahead', () => {
  async function* numbers(count: number, begun: number[] = []): AsyncGenerator<number> {
    for (let number = 0; number < count; number++) {
      begun.push(number);
      yield number;
    }
  }
  /** Until nothing is left that could happen without an answer from outside. */
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it('yields everything, in order', async () => {
    expect(await Array.fromAsync(ahead(numbers(5), 3))).toEqual([0, 1, 2, 3, 4]);
  });

  it('asks for no more items than allowed beside the one that is in use', async () => {
    const begun: number[] = [];
    const items = ahead(numbers(10, begun), 3);
    await items.next();
    await turn();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('yields an item without waiting for another one', async () => {
    const never = Promise.withResolvers<never>();
    const items = (async function* () {
      yield 0;
      yield await never.promise;
    })();
    expect(await ahead(items, 3).next()).toEqual({ done: false, value: 0 });
  });

  it('yields what came before an error, although the error is known already', async () => {
    const failing = (async function* () {
      yield* numbers(3);
      throw new Error('the log is away');
    })();
    const items = ahead(failing, 16);
    const seen: number[] = [];
    const all = (async () => {
      for await (const item of items) {
        await turn();
        seen.push(item);
      }
    })();
    await expect(all).rejects.toThrow('the log is away');
    expect(seen).toEqual([0, 1, 2]);
  });

  it('ends its source when it is left early', async () => {
    let isEnded = false;
    const items = (async function* () {
      try {
        yield* numbers(10);
      } finally {
        isEnded = true;
      }
    })();
    for await (const item of ahead(items, 2)) if (item === 1) break;
    await turn();
    expect(isEnded).toBe(true);
  });
});
