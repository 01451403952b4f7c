import { describe, expect, it } from '@jest/globals';
import { LaneQueue } from './lane-queue.ts';

/** The lanes of the next jobs, each of which ends before the next one is taken. */
function lanesOf(queue: LaneQueue, jobs: number): string[] {
  return Array.from({ length: jobs }, () => {
    const next = queue.take();
    if (next) queue.free(next.lane);
    return next?.lane ?? 'none';
  });
}

function fill(queue: LaneQueue, lane: string, jobs: number): void {
  for (let job = 0; job < jobs; job++) queue.push(lane, `${lane}-${job}`);
}

describe('Jobs that wait in this process', () => {
  it('do not wait until all of a label with a limit have run', () => {
    const queue = new LaneQueue({ reports: 8 });
    fill(queue, 'label-reports', 100);
    fill(queue, 'normal', 3);
    expect(lanesOf(queue, 8).filter((lane) => lane === 'normal')).toHaveLength(3);
  });

  it('of a label with a limit do not wait until all others have run', () => {
    const queue = new LaneQueue({ reports: 8, mail: 8 });
    for (const lane of ['high', 'label-reports', 'label-mail']) fill(queue, lane, 100);
    const lanes = lanesOf(queue, 8);
    expect(new Set(lanes)).toEqual(new Set(['high', 'label-reports', 'label-mail']));
  });

  it('are handed out no more than a limit allows', () => {
    const queue = new LaneQueue({ reports: 2 });
    fill(queue, 'label-reports', 3);
    expect([queue.take(), queue.take(), queue.take()].map((one) => one?.lane ?? 'none')).toEqual([
      'label-reports',
      'label-reports',
      'none',
    ]);
  });
});
