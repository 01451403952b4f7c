import { describe, expect, it } from '@jest/globals';
import type { PeerEvent } from '../merge/event.ts';
import { slicesOf } from './slices.ts';

const eventOf = (recordId: string) => ({ entity: 'Notes', recordId }) as PeerEvent;

describe('slices of a snapshot', () => {
  it('have all events in their order, and none ends within a record', () => {
    const events = ['a', 'b', 'b', 'b', 'c', 'd', 'e'].map(eventOf);
    const slices = [...slicesOf(events, 2)];
    expect(slices.flat()).toEqual(events);
    expect(slices.map((slice) => slice.map(({ recordId }) => recordId).join(''))).toEqual([
      'abbb',
      'cd',
      'e',
    ]);
    const spelled = ['a', 'notes/É', 'Notes/É', 'notes/é'].map(eventOf);
    expect([...slicesOf(spelled, 1)].map(({ length }) => length)).toEqual([1, 2, 1]);
  });

  it('are none of nothing', () => {
    expect([...slicesOf([], 2)]).toEqual([]);
  });
});
