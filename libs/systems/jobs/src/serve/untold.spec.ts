import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { moved, stamped } from '../job/move.ts';
import { Untold } from './untold.ts';

const queued = stamped(specJob('a'), 5);
const running = stamped(moved(queued.job, 'Running', 'spec', { attempt: 1 }), 7);
const done = stamped(moved(running.job, 'Succeeded', 'spec'), 9);
const atOnce = stamped(moved(moved(queued.job, 'Running', 'spec'), 'Succeeded', 'spec'), 9);

const told = (after: number | undefined, ...changes: (typeof queued)[]) => {
  const untold = new Untold(after);
  return changes.flatMap((one) => untold.of(one)).map(({ type, sequence }) => [type, sequence]);
};

describe('The changes of a job', () => {
  it('are told as they come, each under its number', () => {
    const all = [
      ['job.queued', 5],
      ['job.running', 7],
      ['job.succeeded', 9],
    ];
    expect(told(0, queued, running, done)).toEqual(all);
    expect(told(undefined, queued, running, done)).toEqual(all);
  });

  it('are told to a late reader too when their messages have left the queue', () => {
    expect(told(0, done)).toEqual([
      ['job.queued', 5],
      ['job.running', 7],
      ['job.succeeded', 9],
    ]);
  });

  it('are not told again to a reader that continues', () => {
    expect(told(5, running, done)).toEqual([
      ['job.running', 7],
      ['job.succeeded', 9],
    ]);
    expect(told(7, done)).toEqual([['job.succeeded', 9]]);
  });

  it('that came in one write are all told, and only the last has the number to continue after', () => {
    expect(told(5, atOnce)).toEqual([
      ['job.running', null],
      ['job.succeeded', 9],
    ]);
    expect(told(0, queued, atOnce)).toHaveLength(3);
  });

  it('are all told of a store that began again: a reader knows nothing of it', () => {
    expect(told(500, queued, running, done)).toHaveLength(3);
    expect(told(500, done)).toHaveLength(3);
  });

  it('say what was so at their time', () => {
    const [first, second] = new Untold(0).of(done);
    expect(first?.data).toMatchObject({ status: 'Queued', attempt: 0, backend: null });
    expect(second?.data).toMatchObject({ status: 'Running', attempt: 1 });
  });

  it('are not told where an owner has changed and nothing else', () => {
    expect(told(0, queued, running, { ...running, revision: 8 })).toHaveLength(2);
  });
});
