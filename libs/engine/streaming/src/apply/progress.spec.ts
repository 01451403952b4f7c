import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { CaptureStatus } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { CARRIER_PATIENCE } from '@nestjs-spark/runtime/internal';
import { ApplyProgress } from './progress.ts';

const live = checkpointOf(TASK, { to: 100, live: true, swept: true });

/** Of an instance that applies, whose word reaches the board. */
function applying(): ApplyProgress {
  const progress = new ApplyProgress({ key: TASK, collection: 'Cars', fingerprint: 'v1' }, { count: 0 });
  progress.active = true;
  progress.applied(live);
  progress.catchUpTo = { databaseId: 'db', etag: 100, witness: null };
  expect(progress.report()).toMatchObject({ state: 'Streaming', complete: true });
  return progress;
}

function tick(progress: ApplyProgress, times: number): void {
  for (let i = 0; i < times; i++) {
    progress.carrier.heard();
    progress.seen(progress.checkpoint);
    progress.tick();
  }
}

describe('What an instance that applies says of a fault', () => {
  it('that nothing moves once it has lasted, and nothing of it when the next set is applied', () => {
    const progress = applying();
    progress.failed(new UnavailableError('The store cannot be reached'), true);
    expect(progress.report()).toMatchObject({ state: 'Waiting', stalledBecause: null, complete: true });
    tick(progress, CARRIER_PATIENCE);
    expect(progress.report().stalledBecause).toBe('The store cannot be reached');
    progress.applied({ ...live, to: 101 });
    expect(progress.report()).toMatchObject({ state: 'Streaming', stalledBecause: null, lastError: null });
  });

  it('nothing any more when reading goes on and there is nothing to apply', () => {
    const progress = applying();
    progress.failed(new Error('the log broke'), true);
    progress.reading();
    tick(progress, 2);
    expect(progress.report().state).toBe('Waiting');
    tick(progress, 1);
    expect(progress.report()).toMatchObject({ state: 'Streaming', lastError: null });
  });

  it('the same again and again while every set that is read fails', () => {
    const progress = applying();
    for (let i = 0; i < CARRIER_PATIENCE; i++) {
      progress.failed(new Error('the disk is full'), true);
      progress.reading();
      progress.taking();
      tick(progress, 1);
    }
    tick(progress, 5);
    expect(progress.report()).toMatchObject({ state: 'Waiting', stalledBecause: 'the disk is full' });
  });

  it('that its database does not answer, with the reason where there is one', () => {
    const progress = applying();
    for (let i = 0; i < CARRIER_PATIENCE; i++) {
      expect(progress.report().stalledBecause).toBeNull();
      progress.carrier.heard();
      progress.tick();
    }
    expect(progress.report().stalledBecause).toContain('has not answered');
    progress.unseen(new UnavailableError('RavenDB cannot be reached'));
    expect(progress.report()).toMatchObject({
      state: 'Waiting',
      stalledBecause: 'RavenDB cannot be reached',
    });
    progress.seen(live);
    expect(progress.report()).toMatchObject({ state: 'Streaming', stalledBecause: null });
  });

  it('no fault of its own where the owner has not opened the log', () => {
    const progress = applying();
    progress.waiting('the owner has not opened the log yet');
    tick(progress, 10 * CARRIER_PATIENCE);
    expect(progress.report()).toMatchObject({ state: 'Waiting', stalledBecause: null, complete: true });
  });
});

describe('An instance that starts', () => {
  it('has caught up where what it lacks does not concern the task, although no set says so yet', () => {
    const progress = new ApplyProgress({ key: TASK, collection: 'Cars', fingerprint: 'v1' }, { count: 0 });
    progress.seen(live);
    progress.catchUpTo = { databaseId: 'db', etag: 120, witness: null };
    expect(progress.report()).toMatchObject({
      complete: false,
      incompleteBecause: 'catching up: etag 100 of 120',
    });
    progress.captureSaid({
      incarnation: 'first',
      databaseId: 'db',
      publishedTo: 100,
      readTo: 120,
    } as CaptureStatus);
    expect(progress.catchingUp).toBe(false);
    expect(progress.report().complete).toBe(true);
  });
});

describe('What an instance says that slept', () => {
  it('what it said before, until it has had the time to hear of the others', () => {
    const progress = applying();
    progress.active = false;
    // However late the next tick comes, it is one.
    progress.tick();
    expect(progress.report()).toMatchObject({ state: 'Streaming', stalledBecause: null });
  });

  it('a look at the checkpoint that is older than what was applied since does not take it back', () => {
    const progress = applying();
    const since = progress.moves;
    progress.applied({ ...live, to: 120 });
    progress.seen(live, since);
    expect(progress.report().appliedEtag).toBe(120);
    progress.seen({ ...live, to: 110 });
    expect(progress.report().appliedEtag).toBe(110);
  });
});
