import { describe, expect, it } from '@jest/globals';
import type { ChangeSet } from '@nestjs-spark/contracts';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { liveCheckpoint, nextCheckpoint } from './next-checkpoint.ts';

const before = checkpointOf(TASK, { to: 50, live: true, swept: true, documentsPut: 7, beyondAscii: true });
const set: ChangeSet = {
  task: TASK,
  generation: 1,
  incarnation: 'first',
  databaseId: 'db',
  from: 51,
  to: 60,
  began: 0,
  live: false,
  witness: { number: 1, mark: 'a' },
  script: 'v1',
  resync: null,
  readAt: 9,
  commands: [
    { type: 'put', id: 'cars/1', document: '{}' },
    { type: 'delete', id: 'cars/2' },
  ],
};
const place = { sequence: 8, streamCreated: 's' };

describe('the checkpoint after a set', () => {
  it('goes on from the one before', () => {
    expect(nextCheckpoint(before, set, place, { now: 99, signed: false })).toMatchObject({
      to: 60,
      sequence: 8,
      readAt: 9,
      appliedAt: 99,
      live: true,
      swept: true,
      beyondAscii: true,
      documentsPut: 8,
      setsApplied: before.setsApplied + 1,
      witness: set.witness,
    });
  });

  it('does not go back, although a set that overlaps ends earlier', () => {
    expect(nextCheckpoint(before, { ...set, from: 40, to: 45 }, place, { now: 99, signed: false }).to).toBe(
      50,
    );
  });

  it('is whole and swept only when its own generation is', () => {
    const next = nextCheckpoint(before, { ...set, generation: 2, from: 1, to: 0 }, place, {
      now: 99,
      signed: false,
    });
    expect(next).toMatchObject({ to: 0, live: false, swept: false, beyondAscii: false, foundByRule: true });
  });

  it('says when an id could be taken for another', () => {
    const commands: ChangeSet['commands'] = [{ type: 'put', id: 'cars/ä', document: '{}' }];
    expect(nextCheckpoint(null, set, place, { now: 99, signed: false }).beyondAscii).toBe(false);
    expect(nextCheckpoint(null, { ...set, commands }, place, { now: 99, signed: false }).beyondAscii).toBe(
      true,
    );
  });

  it('that only says that the copy is complete counts as no set', () => {
    const next = liveCheckpoint({ ...before, live: false }, place);
    expect(next).toEqual({ ...before, live: true, ...place });
  });
});
