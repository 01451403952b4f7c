import { describe, expect, it } from '@jest/globals';
import type { WholeCopy } from '@nestjs-spark/contracts/internal';
import { readContent } from './copy-content.ts';
import { WrittenCopies } from './written-copies.ts';

const PART = 100;
const { signal } = new AbortController();

/** A copy of the document that was changed at this etag. */
const copyOf = (number: number, sourceEtag: number | null = number): WholeCopy => {
  const marks = { copyOf: `Fleet/cars/${number}`, generation: 'HR/cars:1', sourceEtag };
  return { id: `Cars/${number}`, ...marks, version: '1', text: `{"N":${number}}` };
};

const copies = (from: number, to: number): WholeCopy[] =>
  Array.from({ length: to - from + 1 }, (_, at) => copyOf(from + at));

const keys = (from: number, to: number): string[] => copies(from, to).map(({ id }) => id.toLowerCase());

describe('Copies in the order in which they were written', () => {
  let read: number;
  const seen = new Set<string>();
  const written = (all: readonly WholeCopy[]): WrittenCopies => {
    read = 0;
    seen.clear();
    const sink = {
      async *wholeCopies() {
        for (let at = 0; at < all.length; at += PART) {
          read = Math.min(at + PART, all.length);
          yield all.slice(at, at + PART);
        }
      },
    };
    const isSeen = ({ id }: { id: string }): boolean => seen.has(id.toLowerCase());
    return new WrittenCopies({ sink, name: 'Fleet/HR/Cars', ids: 'ravendb', isSeen });
  };
  const taken = async (from: WrittenCopies, wanted: string[], etag: number): Promise<string[]> => {
    for (const key of wanted) seen.add(key);
    return [...(await from.take(wanted, etag)).keys()];
  };

  it('are returned page by page, and read no further than needed', async () => {
    const some = written(copies(1, 1_000));
    expect(await taken(some, keys(1, 150), 1)).toEqual(keys(1, 150));
    expect(read).toBeLessThanOrEqual(300);
    expect(await taken(some, keys(151, 900), 151)).toEqual(keys(151, 900));
    expect(await some.rest(signal)).toEqual(
      copies(901, 1_000).map(({ id, copyOf: of }) => ({ id, copyOf: of })),
    );
    expect(read).toBe(1_000);
  });

  it('are kept for documents that are named later, even if one is missing', async () => {
    const some = written(copies(2, 500));
    expect(await taken(some, keys(1, 10), 1)).toEqual(keys(2, 10));
    expect(await taken(some, keys(11, 500), 11)).toEqual(keys(11, 500));
    expect(await some.rest(signal)).toEqual([]);
  });

  it('are not all read because one is missing', async () => {
    const some = written(copies(2, 50_000));
    expect(await taken(some, ['cars/1'], 1)).toEqual([]);
    expect(read).toBeLessThan(10_000);
  });

  it('are not kept if their document should have been named before', async () => {
    const some = written([copyOf(900, 3), ...copies(4, 10), copyOf(901, null)]);
    expect(await taken(some, keys(4, 10), 4)).toEqual(keys(4, 10));
    expect(await taken(some, ['cars/900', 'cars/901'], 11)).toEqual([]);
    expect(await some.rest(signal)).toEqual([]);
  });

  it('are returned as they were last written', async () => {
    const again = { ...copyOf(20), text: '{"N":"again"}', sourceEtag: 30 };
    const some = written([...copies(1, 20), again, copyOf(40)]);
    await some.take(['cars/40'], 1);
    const found = await some.take(['cars/20'], 1);
    const same = readContent(again.text).canonical();
    expect(found.get('cars/20')?.canonical()).toBe(same);
  });

  it('for which no document was named are left, each once, unless they are too many to be remembered', async () => {
    const ghosts = copies(5_001, 5_400).map((ghost) => ({ ...ghost, sourceEtag: 1 }));
    const some = written([...ghosts, ...ghosts, ...copies(2, 300)]);
    expect(await taken(some, keys(2, 300), 2)).toEqual(keys(2, 300));
    expect((await some.rest(signal))?.map(({ id }) => id)).toEqual(ghosts.map(({ id }) => id));
    const many = written(copies(1, 30_000));
    expect(await many.rest(signal)).toBeNull();
    expect(read).toBeLessThan(20_000);
  });

  it('whose documents are named long after they were read are not left, however many they are', async () => {
    const some = written(copies(1, 30_000));
    for (let from = 1; from <= 30_000; from += 2_000) {
      for (const key of keys(from, from + 1_999)) seen.add(key);
      await some.take(['cars/none'], from + 2_000);
    }
    expect(await some.rest(signal)).toEqual([]);
  });
});
