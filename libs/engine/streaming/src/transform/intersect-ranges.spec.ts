import { describe, expect, it } from '@jest/globals';
import { intersect } from './intersect-ranges.ts';

const range = (from: string | null, to: string | null) => ({ from, to });

describe('What two ranges of time have in common', () => {
  it('is the later beginning and the earlier end, however many digits they are written with', () => {
    expect(
      intersect(
        range('2026-01-01T00:00:00Z', null),
        range('2026-01-01T00:00:00.5000000Z', '2027-01-01T00:00:00.000Z'),
      ),
    ).toEqual(range('2026-01-01T00:00:00.5000000Z', '2027-01-01T00:00:00.000Z'));
    expect(intersect(range(null, null), range(null, null))).toEqual(range(null, null));
  });

  it('is a single moment where one ends as the other begins, and nothing where there is a gap', () => {
    const moment = '2026-01-01T00:00:00.000Z';
    expect(intersect(range(null, moment), range(moment, null))).toEqual(range(moment, moment));
    expect(intersect(range(null, moment), range('2026-01-01T00:00:00.001Z', null))).toBeNull();
  });
});
