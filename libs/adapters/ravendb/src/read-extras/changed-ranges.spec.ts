import { describe, expect, it } from '@jest/globals';
import { changedRanges } from './changed-ranges.ts';

const SEGMENTS = ['01', '05', '09', '12'].map((day) => ({
  StartTime: `2026-01-${day}T00:00:00.0000000Z`,
  ChangeVector: day,
}));
const ranges = (...changed: string[]) =>
  changedRanges('S', SEGMENTS, new Set(changed)).map(({ from, to }) => [from, to]);

describe('The ranges of changed segments', () => {
  it('reach from the beginning, to the end, and in between to just before the next segment', () => {
    expect(ranges('01')).toEqual([[null, '2026-01-04T23:59:59.999Z']]);
    expect(ranges('05')).toEqual([['2026-01-05T00:00:00.0000000Z', '2026-01-08T23:59:59.999Z']]);
    expect(ranges('12')).toEqual([['2026-01-12T00:00:00.0000000Z', null]]);
  });

  it('of neighbours are one', () => {
    expect(ranges('05', '09')).toEqual([['2026-01-05T00:00:00.0000000Z', '2026-01-11T23:59:59.999Z']]);
    expect(ranges('01', '05', '09', '12')).toEqual([[null, null]]);
  });

  it('leave out what has changed again since', () => {
    expect(ranges('old', '09')).toHaveLength(1);
    expect(ranges('old')).toEqual([]);
  });
});
