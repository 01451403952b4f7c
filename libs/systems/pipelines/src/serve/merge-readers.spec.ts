import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { readCursor } from './event-cursor.ts';
import { mergeReaders } from './merge-readers.ts';

const inOrder = (one: number, other: number) => one - other;
const { signal } = new AbortController();

describe('several readers as one', () => {
  async function* these(numbers: readonly number[], until: AbortSignal): AsyncGenerator<number> {
    yield* numbers;
    if (!until.aborted) await once(until, 'abort');
  }

  it('give what each has in its order, and the earlier first where both have something', async () => {
    const seen: number[] = [];
    const readers = (until: AbortSignal) => [these([1, 4, 5], until), these([2, 3, 6], until)];
    for await (const one of mergeReaders(readers, inOrder, signal)) {
      seen.push(one);
      if (seen.length === 6) break;
    }
    expect(seen.filter((one) => [1, 4, 5].includes(one))).toEqual([1, 4, 5]);
    expect(seen.toSorted(inOrder)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('read no further than one value each while nobody takes them, and end when their reader leaves', async () => {
    let read = 0;
    const ended: number[] = [];
    async function* endless(id: number, until: AbortSignal): AsyncGenerator<number> {
      try {
        while (!until.aborted) yield ++read;
      } finally {
        ended.push(id);
      }
    }
    const merged = mergeReaders((until) => [endless(1, until), endless(2, until)], inOrder, signal);
    await merged.next();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(read).toBeLessThanOrEqual(4);
    await merged.return(undefined);
    while (ended.length < 2) await Promise.resolve();
  });

  it('fail with the first of them, after what was read before', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('away');
    }
    const merged = mergeReaders((until) => [broken(), these([], until)], inOrder, signal);
    expect(await merged.next()).toEqual({ value: 1, done: false });
    await expect(merged.next()).rejects.toThrow('away');
  });

  it('end when they are told to', async () => {
    const left = new AbortController();
    const merged = mergeReaders((until) => [these([1], until), these([], until)], inOrder, left.signal);
    expect((await merged.next()).value).toBe(1);
    const next = merged.next();
    left.abort();
    expect(await next).toMatchObject({ done: true });
  });
});

describe('the sequence of an event', () => {
  it('says how far its reader is, in the journal and in the batches', () => {
    expect(readCursor('57.1033')).toEqual({ journal: 57, batches: 1033 });
    expect(readCursor('57')).toEqual(readCursor(57));
    expect(readCursor(57)).toEqual({ journal: 57, batches: 'last-of-each' });
    expect(readCursor(0)).toEqual({ journal: 0, batches: 0 });
    for (const wrong of ['', '-1', '1.', '.1', '1.2.3', 1.5e300, -1, null, {}, '9'.repeat(16), '1e3'])
      expect(readCursor(wrong)).toBeNull();
  });
});
