import { describe, expect, it } from '@jest/globals';
import { workAhead } from './work-ahead.ts';

describe('work that begins ahead of its turn', () => {
  const waiting: PromiseWithResolvers<string>[] = [];
  const work = (at: number): Promise<string> => {
    waiting[at] = Promise.withResolvers<string>();
    return waiting[at].promise;
  };
  const come = async function* (count: number): AsyncGenerator<number> {
    for (let at = 0; at < count; at++) yield at;
  };
  const takeAll = async (results: AsyncIterable<string>): Promise<string[]> => {
    const taken: string[] = [];
    for await (const result of results) taken.push(result);
    return taken;
  };
  /** Resolves when nothing more can happen without an answer from outside. */
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it('gives its results in the order of the items, whichever is done first', async () => {
    const taken = takeAll(workAhead(come(3), work, 5));
    await turn();
    for (const at of [2, 0, 1]) waiting[at]?.resolve(`result ${at}`);
    expect(await taken).toEqual(['result 0', 'result 1', 'result 2']);
  });

  it('is begun on no more items than allowed, including those that nobody has taken yet', async () => {
    waiting.length = 0;
    const results = workAhead(come(10), work, 3);
    const first = results.next();
    await turn();
    expect(waiting).toHaveLength(3);
    waiting[0]?.resolve('first');
    expect(await first).toEqual({ done: false, value: 'first' });
    await turn();
    expect(waiting).toHaveLength(3);
  });

  it('gives a result without waiting for another item', async () => {
    const never = Promise.withResolvers<never>();
    const results = workAhead(
      (async function* () {
        yield 0;
        yield await never.promise;
      })(),
      async (at) => `result ${at}`,
      3,
    );
    expect(await results.next()).toEqual({ done: false, value: 'result 0' });
  });

  it('fails if the items fail, and if work fails, when it is its turn', async () => {
    const broken = async function* (): AsyncGenerator<number> {
      yield 0;
      throw new Error('the log is away');
    };
    await expect(takeAll(workAhead(broken(), async () => 'done', 3))).rejects.toThrow('the log is away');
    const failing = async (at: number): Promise<string> => {
      if (at === 1) throw new Error('not this one');
      return `result ${at}`;
    };
    const results = workAhead(come(3), failing, 3);
    expect((await results.next()).value).toBe('result 0');
    await expect(results.next()).rejects.toThrow('not this one');
  });

  it('gives what was begun before the items failed', async () => {
    waiting.length = 0;
    const broken = async function* (): AsyncGenerator<number> {
      yield* [0, 1];
      throw new Error('the log is away');
    };
    const results = workAhead(broken(), work, 5);
    const [first, second, third] = [results.next(), results.next(), results.next()];
    third.catch(() => undefined);
    await turn();
    for (const at of [1, 0]) waiting[at]?.resolve(`result ${at}`);
    expect((await first).value).toBe('result 0');
    expect((await second).value).toBe('result 1');
    await expect(third).rejects.toThrow('the log is away');
  });
});
