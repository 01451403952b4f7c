import { taskName } from '@nestjs-spark/contracts';
import { MemorySink } from '@nestjs-spark/testing';
import { describe, expect, it } from '@jest/globals';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { isSuspect, lookAtOlderCopies } from './older-copies.ts';

describe('a copy that an older version may not have found again', () => {
  it.each([
    ['cars/1', 'Fleet/cars/1', false],
    ['CARS/1', 'Fleet/cars/1', false],
    ['cars/1/people/0000000000000000001', 'Fleet/cars/1', false],
    ['cars/ä', 'Fleet/cars/ä', true],
    ['cars/k', 'Fleet/cars/\u212a', true],
    ['8ef8a406-9ba8-47a0-9948-772dbf98f3e7', 'Fleet/ ', true],
    ['cars/0000000000000000032-A', 'Fleet/cars/', true],
    ['cars/2', 'Fleet/cars/1', true],
  ])('%s of %s: %s', (id, copyOf, expected) => {
    expect(isSuspect(taskName(TASK), { id, copyOf })).toBe(expected);
  });

  it('is looked for once, and not at all in what this version copied', async () => {
    const target = new MemorySink();
    const before = checkpointOf(TASK, { foundByRule: true });
    const version = await target.apply([], before, null);
    const looked = await lookAtOlderCopies(
      target,
      { tail: async () => null },
      { checkpoint: before, version },
    );
    expect(looked).toEqual({ because: null, stored: { checkpoint: before, version } });
  });

  it('is not found among ids that are all ASCII, which is written down', async () => {
    const target = new MemorySink();
    const checkpoint = checkpointOf(TASK, {});
    const version = await target.apply([], checkpoint, null);
    const looked = await lookAtOlderCopies(target, { tail: async () => null }, { checkpoint, version });
    expect(looked.because).toBeNull();
    expect((await target.readCheckpoint(taskName(TASK)))?.checkpoint.foundByRule).toBe(true);
  });
});
