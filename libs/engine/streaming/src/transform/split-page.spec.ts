import { describe, expect, it } from '@jest/globals';
import type { ChangePage, SourceChange } from '@nestjs-spark/contracts/internal';
import { splitPage } from './split-page.ts';

const change = (etag: number): SourceChange => ({ kind: 'delete', id: `cars/${etag}`, etag });

const page: ChangePage = {
  databaseId: 'db',
  from: 10,
  to: 100,
  drained: true,
  lastEtag: 100,
  changes: [11, 20, 21, 50, 90].map(change),
  deletes: Promise.resolve('kept'),
};

describe('splitting a page', () => {
  it('covers it without a gap, and only the last part is drained', () => {
    const parts = splitPage(page, 2);
    expect(parts.map(({ from, to, drained }) => [from, to, drained])).toEqual([
      [10, 20, false],
      [21, 50, false],
      [51, 100, true],
    ]);
    expect(parts.flatMap(({ changes }) => changes)).toEqual(page.changes);
  });

  it('leaves a small page as it is', () => {
    expect(splitPage(page)).toEqual([page]);
  });
});
