import { describe, expect, it } from '@jest/globals';
import { compareRecords, type Side } from './compare-records.ts';
import { addToDigest, differingBuckets, emptyDigest } from './digest.ts';

const record = (heads: string, hash: string | null = 'same') => ({ recordId: 'notes/1', heads, hash });
const side = (
  heads: string,
  hash?: string | null,
  applied: Record<string, number> = { a: 9, b: 9 },
): Side => ({
  applied,
  records: [record(heads, hash)],
});

describe('two replicas that are compared', () => {
  it.each([
    ['another event', side('a:1'), side('b:1'), 'head'],
    ['another row of the same event', side('a:1', 'one'), side('a:1', 'other'), 'content'],
    ['a row that is gone', side('a:1'), side('a:1', null), 'gone'],
    ['a record that only one has', side('a:1'), { applied: { a: 9 }, records: [] }, 'gone'],
  ])('differ by %s', (_, here, there, kind) => {
    const { differences, inFlight } = compareRecords(here, there);
    expect(differences).toMatchObject([{ recordId: 'notes/1', kind }]);
    expect(inFlight).toBe(0);
  });

  it('identify records by their ids as files do, which ignore the case of ASCII letters only', () => {
    const sideOf = (...records: [recordId: string, hash: string][]): Side => ({
      applied: { a: 9 },
      records: records.map(([recordId, hash], at) => ({ recordId, heads: `a:${at + 1}`, hash })),
    });
    const here = sideOf(['notes/É', 'one'], ['notes/é', 'two'], ['Notes/3', 'three']);
    const there = sideOf(['notes/É', 'other'], ['notes/é', 'two'], ['notes/3', 'three']);
    expect(compareRecords(here, there).differences).toMatchObject([{ recordId: 'notes/É', kind: 'content' }]);
  });

  it('do not differ by what one of them has not applied yet', () => {
    const here = side('a:2', 'new');
    const there = side('a:1', 'old', { a: 1 });
    for (const sides of [[here, there] as const, [there, here] as const]) {
      expect(compareRecords(...sides)).toEqual({ differences: [], inFlight: 1 });
    }
  });

  it('do not differ by a conflict while one of them may lack its resolution', () => {
    const here = side('a:1,b:1', 'resolved', { a: 1, b: 2 });
    expect(compareRecords(here, side('a:1,b:1', 'winner', { a: 1, b: 1 }))).toMatchObject({ inFlight: 1 });
    expect(compareRecords(here, side('a:1,b:1', 'winner', { a: 1, b: 2 }))).toMatchObject({ inFlight: 0 });
  });

  it('do not differ by a delete that one of them has forgotten already', () => {
    const gone: Side = { applied: { a: 9 }, records: [] };
    const remembered = side('a:1', null);
    for (const sides of [[gone, remembered] as const, [remembered, gone] as const])
      expect(compareRecords(...sides)).toEqual({ differences: [], inFlight: 1 });
  });

  it('have equal digests exactly when they have equal records, in whatever order these come', () => {
    const records = Array.from({ length: 100 }, (_, at) => ({
      ...record(`a:${at}`),
      recordId: `notes/${at}`,
    }));
    const [one, other, changed] = [emptyDigest(), emptyDigest(), emptyDigest()];
    addToDigest(one, records);
    addToDigest(other, records.toReversed());
    addToDigest(changed, [...records.slice(1), record('a:0', 'changed')]);
    expect(differingBuckets(one, other)).toEqual([]);
    expect(differingBuckets(one, changed)).not.toEqual([]);
  });
});
