import { describe, expect, it } from '@jest/globals';
import type { PeerEvent } from '../merge/event.ts';
import { readEvents } from './read-event.ts';

const EVENT: PeerEvent = {
  origin: 'abcd',
  number: 2,
  hlc: 1,
  entity: 'Notes',
  recordId: 'notes/1',
  operation: 'UPDATE',
  data: '{"A":{"B":["]"]}}',
  timestamp: 0,
  sees: [{ origin: 'abcd', number: 1 }],
  resolverVersion: null,
  tx: 2,
};
const read = (change: object, origin: string | null = null) =>
  readEvents([JSON.stringify({ ...EVENT, ...change })], origin);

describe('An event of a replica', () => {
  it.each<object>([{}, { operation: 'DELETE', data: null }, { resolverVersion: 3 }, { sees: [] }, { tx: 1 }])(
    'is read as it was written: %j',
    (change) => {
      expect(read(change)).toEqual([{ ...EVENT, ...change }]);
    },
  );

  it('of a version that knew no transactions is one of its own', () => {
    expect(read({ tx: undefined })).toEqual([{ ...EVENT, tx: 2 }]);
  });

  it.each<[string, object]>([
    ['of no origin', { origin: 5 }],
    ['of an origin that could be another subject', { origin: 'a.b' }],
    ['of number 0', { number: 0 }],
    ['of a number that is not exact', { number: 2 ** 53 }],
    ['with a stamp in words', { hlc: '1' }],
    ['with a negative stamp', { hlc: -1 }],
    ['of no collection', { entity: '' }],
    ['of a document with NUL in its id', { recordId: 'a\0b' }],
    ['of a document with a longer id than any store takes', { recordId: 'x'.repeat(513) }],
    ['that does something else', { operation: 'DROP' }],
    ['that deletes and has a document', { operation: 'DELETE' }],
    ['that has no document', { data: null }],
    ['with a document that is none', { data: '[1]' }],
    ['with a document that is not JSON', { data: '{' }],
    ['with NUL in its document', { data: '{"A":"\0"}' }],
    [
      'with a document that is nested deeper than SQLite takes',
      { data: `{"A":${'['.repeat(1_000)}${']'.repeat(1_000)}}` },
    ],
    ['of a time in words', { timestamp: 'now' }],
    ['that has seen something else', { sees: 'all' }],
    ['that has seen what is not an event', { sees: [1] }],
    ['that has seen an event without an origin', { sees: [{ number: 1 }] }],
    [
      'that has seen too much',
      { sees: Array.from({ length: 1_001 }, () => ({ origin: 'abcd', number: 1 })) },
    ],
    ['of a resolver in words', { resolverVersion: 'x' }],
    ['of a transaction after itself', { tx: 3 }],
    ['of transaction 0', { tx: 0 }],
  ])('is none %s, and none of those beside it is taken', (_, change) => {
    expect(read(change)).toBeNull();
    expect(readEvents([JSON.stringify(EVENT), JSON.stringify({ ...EVENT, ...change })], null)).toBeNull();
  });

  it.each(['', '{', 'null', '5', '[]'])('is not %j', (line) => {
    expect(readEvents([line], null)).toBeNull();
  });

  it('is of the origin whose subject it was found under', () => {
    expect([read({}, 'abcd'), read({}, 'efgh')]).toEqual([[EVENT], null]);
  });
});
