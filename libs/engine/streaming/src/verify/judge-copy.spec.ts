import { describe, expect, it } from '@jest/globals';
import { markOf, readContent } from './copy-content.ts';
import { judgeCopy, judgeStray } from './judge-copy.ts';

const textOf = (
  marks: { source?: string; etag?: number; generation?: string; value?: number } = {},
): string => {
  const { source = 'Fleet/cars/1', etag = 5, generation = 'HR/cars:2', value = 1 } = marks;
  return `{"A":${value},"@metadata":{"@collection":"Cars","spark-source":"${source}","spark-etag":${etag},"spark-generation":"${generation}"}}`;
};
const there = (marks?: Parameters<typeof textOf>[0]) => readContent(textOf(marks));
const expected = { id: 'cars/1', mark: markOf(there(), true) };
const origin = {
  name: 'Fleet/HR/Cars',
  source: 'Fleet/cars/1',
  rule: 'ravendb',
  generation: 'HR/cars:2',
} as const;
const seen = { before: 10, applied: 20 };

describe('a copy that the script makes', () => {
  const judge = (copy: ReturnType<typeof there> | null) => judgeCopy(expected, copy, origin, seen);

  it('is equal when content and marks are, even when it was sent again since', () => {
    expect(judge(there())).toBe('equal');
    expect(judge(there({ etag: 15 }))).toBe('equal');
    expect(judge(there({ source: 'fleet/CARS/1' }))).toBe('equal');
  });

  it('is missing when nothing is there, and foreign when something else is', () => {
    expect(judge(null)).toMatchObject({ kind: 'missing' });
    expect(judge(readContent('{"A":1,"@metadata":{"@collection":"Cars"}}'))).toMatchObject({
      kind: 'foreign',
    });
    expect(judge(there({ generation: 'HR/vans:2' }))).toMatchObject({ kind: 'foreign' });
    expect(judge(there({ source: 'Depot/cars/1' }))).toMatchObject({ kind: 'foreign' });
  });

  it('is stale with another content, source or generation', () => {
    for (const marks of [{ value: 2 }, { source: 'Fleet/cars/2' }, { generation: 'HR/cars:1' }])
      expect(judge(there(marks))).toMatchObject({ kind: 'stale' });
  });

  it('is not judged while it is newer than what the owner said, and is stale when it claims to be newer than is possible', () => {
    expect(judge(there({ value: 2, etag: 11 }))).toBe('moving');
    expect(judge(there({ value: 2, etag: 20 }))).toBe('moving');
    expect(judge(there({ value: 2, etag: 21 }))).toMatchObject({ kind: 'stale' });
    expect(judge(there({ etag: 21 }))).toMatchObject({ kind: 'stale' });
  });
});

describe('a copy that the script does not make', () => {
  it('is a ghost, unless it is gone, not of this task, or newer than what the owner said', () => {
    expect(judgeStray(there(), origin, seen)).toMatchObject({ kind: 'ghost' });
    expect(judgeStray(there({ etag: 21 }), origin, seen)).toMatchObject({ kind: 'ghost' });
    expect(judgeStray(there({ etag: 15 }), origin, seen)).toBe('moving');
    expect(judgeStray(there({ generation: 'HR/vans:2' }), origin, seen)).toBe('equal');
    expect(judgeStray(null, origin, seen)).toBe('equal');
  });
});
