import { describe, expect, it } from '@jest/globals';
import { batchSequence, readCursor } from './event-cursor.ts';

describe('The sequence of an event', () => {
  it('says how far its reader is', () => {
    expect(readCursor(batchSequence(5, 7))).toEqual({ journal: 5, batches: 7 });
    for (const five of ['5', 5]) expect(readCursor(five)).toEqual({ journal: 5, batches: 'last-of-each' });
    expect(readCursor(0)).toEqual({ journal: 0, batches: 0 });
  });

  it.each([
    null,
    undefined,
    {},
    [],
    '',
    '-1',
    '1.',
    '.1',
    '1.2.3',
    '1e3',
    0.5e-7,
    'x',
    '9007199254740993',
    '1.9007199254740993',
    '1'.repeat(17),
  ])('is not %j', (value) => {
    expect(readCursor(value)).toBeNull();
  });
});
