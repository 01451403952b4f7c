import { describe, expect, it } from '@jest/globals';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { ReadingPlace, readFrom } from './reading-place.ts';

const log = { created: 'today', lastSequence: 50 };

describe('where a requester reads on', () => {
  it.each([
    ['after its checkpoint', { sequence: 20, streamCreated: 'today' }, 21],
    ['from the start, without a checkpoint', null, 1],
    ['from the start, in another stream', { sequence: 20, streamCreated: 'yesterday' }, 1],
    ['from the start, in a stream that ends before it', { sequence: 51, streamCreated: 'today' }, 1],
  ])('%s', (_what, checkpoint, from) => {
    expect(readFrom(checkpoint, log)).toBe(from);
  });

  it('from the start once, when news did not come out', () => {
    const checkpoint = checkpointOf(TASK, { sequence: 20, streamCreated: 'today' });
    const place = new ReadingPlace();
    place.misplaced();
    expect([place.next(checkpoint, log), place.next(checkpoint, log)]).toEqual([1, 21]);
  });
});

describe('how soon a place is taken for wrong', () => {
  it('later each time, within bounds, and sooner again after sets that came out', () => {
    const place = new ReadingPlace();
    for (let times = 0; times < 10; times++) place.misplaced();
    expect(place.patience).toBe(64);
    for (let times = 0; times < 10; times++) place.proved();
    expect(place.patience).toBe(1);
  });
});
