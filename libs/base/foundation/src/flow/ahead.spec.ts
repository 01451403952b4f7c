import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ahead } from './ahead.ts';

async function* numbers(to: number, onEach: (n: number) => void = () => {}): AsyncGenerator<number> {
  for (let n = 1; n <= to; n++) {
    onEach(n);
    yield n;
  }
}

describe('ahead', () => {
  it('keeps order and content', async () => {
    expect(await Array.fromAsync(ahead(numbers(10), 3))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('has the next item made while the one before is worked on', async () => {
    const made: number[] = [];
    const items = ahead(
      numbers(3, (n) => made.push(n)),
      1,
    );
    await items.next();
    await Promise.resolve();
    expect(made).toContain(2);
    await items.return();
  });

  it('makes nothing while a heavy item is made, and everything after it', async () => {
    const made: number[] = [];
    const items = ahead(
      numbers(3, (n) => made.push(n)),
      1,
      (n) => n === 2,
    );
    await items.next();
    await items.next();
    await setImmediate();
    expect(made).toEqual([1, 2]);
    expect((await Array.fromAsync(items)).length).toBe(1);
  });

  it('throws an error of the source in its place', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken');
    }
    const items = ahead(failing(), 2);
    expect((await items.next()).value).toBe(1);
    await expect(items.next()).rejects.toThrow('broken');
  });

  it('asks for no more items than allowed beside the one that is in use', async () => {
    const begun: number[] = [];
    const items = ahead(
      numbers(10, (n) => begun.push(n)),
      3,
    );
    await items.next();
    await setImmediate();
    expect(begun).toEqual([1, 2, 3, 4]);
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
        await setImmediate();
        seen.push(item);
      }
    })();
    await expect(all).rejects.toThrow('the log is away');
    expect(seen).toEqual([1, 2, 3]);
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
    for await (const item of ahead(items, 2)) if (item === 2) break;
    await setImmediate();
    expect(isEnded).toBe(true);
  });
});
