import { describe, expect, it } from '@jest/globals';
import { isConfirmation, isResyncRequest } from './control.ts';

const CONFIRMATION = {
  generation: 2,
  incarnation: 'a',
  to: 7,
  live: true,
  witness: { number: 1, mark: 'm' },
  sequence: 3,
  streamCreated: '2026-01-01T00:00:00Z',
  at: 1_700_000_000_000,
};
const RESYNC = { id: 'r', reason: 'a hole', checkpoint: null, seen: null, at: 1 };
const PLACE = { generation: 1, incarnation: 'a', databaseId: 'db', to: 1 };

describe('A value of the board', () => {
  it('is a confirmation, also as an older version wrote it', () => {
    expect(isConfirmation(CONFIRMATION)).toBe(true);
    expect(isConfirmation({ ...CONFIRMATION, databaseId: 'db', readAt: 1 })).toBe(true);
  });

  it.each([
    null,
    1,
    [],
    { sequence: 1 },
    { ...CONFIRMATION, to: '7' },
    { ...CONFIRMATION, to: -1 },
    { ...CONFIRMATION, sequence: 2 ** 53 },
    { ...CONFIRMATION, witness: null },
    { ...CONFIRMATION, databaseId: {} },
    { ...CONFIRMATION, incarnation: 'x'.repeat(10_000) },
  ])('is not a confirmation when it is %j', (value) => {
    expect(isConfirmation(value)).toBe(false);
  });

  it('is a request for what is missing', () => {
    expect(isResyncRequest(RESYNC)).toBe(true);
    const seen = { generation: 1, databaseId: 'db', from: 2, to: 1 };
    expect(isResyncRequest({ ...RESYNC, checkpoint: PLACE, seen, fromStart: true })).toBe(true);
  });

  it.each([
    { at: 1 },
    { ...RESYNC, id: 5 },
    { ...RESYNC, checkpoint: {} },
    { ...RESYNC, seen: { ...PLACE } },
    { ...RESYNC, fromStart: 'yes' },
    { ...RESYNC, reason: 'x'.repeat(10_000) },
  ])('is not a request when it is %j', (value) => {
    expect(isResyncRequest(value)).toBe(false);
  });
});
