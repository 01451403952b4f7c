import { describe, expect, it } from '@jest/globals';
import { decide } from './decide.ts';

const checkpoint = { generation: 2, incarnation: 'a', databaseId: 'db', to: 50, live: false };
const set = { generation: 2, incarnation: 'a', databaseId: 'db', from: 51, to: 60, live: false };

describe('what a requester does with a set', () => {
  it.each([
    ['joins', {}, 'apply'],
    ['overlaps', { from: 40 }, 'apply'],
    ['is covered', { from: 30, to: 50 }, 'covered'],
    ['is covered and says that the copy is complete', { from: 30, to: 50, live: true }, 'live'],
    ['leaves a hole', { from: 52 }, 'hole'],
    ['is of another database', { databaseId: 'other' }, 'hole'],
    ['is of another incarnation, although it is covered', { incarnation: 'b', from: 1, to: 50 }, 'hole'],
    ['is of an older generation', { generation: 1 }, 'past'],
    ['begins a newer generation', { generation: 3, from: 1, to: 0 }, 'apply'],
    ['is from the middle of a newer generation', { generation: 3, from: 20 }, 'hole'],
  ])('a set that %s', (_, changed, decision) => {
    expect(decide(checkpoint, { ...set, ...changed })).toBe(decision);
  });

  it('takes a first set only from its beginning', () => {
    expect(decide(null, { ...set, from: 1 })).toBe('apply');
    expect(decide(null, set)).toBe('hole');
  });
});
