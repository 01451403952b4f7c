import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { moved, stamped } from '../job/move.ts';
import type { StoredJob } from '../job/store.ts';
import { inOrder } from './in-order.ts';
import { Untold } from './untold.ts';

/** A job's records, the numbers of which are those given; one for each status that it has had. */
function records(jobId: string, queuedAt: number, runningAt: number, doneAt: number): StoredJob[] {
  const queued = stamped(specJob(jobId), queuedAt);
  const running = stamped(moved(queued.job, 'Running', 'spec', { attempt: 1 }), runningAt);
  return [queued, running, stamped(moved(running.job, 'Succeeded', 'spec'), doneAt)];
}

/** What was stored, without the messages that have left their queue, in the order of its numbers. */
function stored(...jobs: StoredJob[][]): StoredJob[] {
  return jobs.flatMap(([, ...kept]) => kept).toSorted((a, b) => a.revision - b.revision);
}

async function* feed(changes: readonly StoredJob[], after: number, end?: Promise<void>) {
  yield* changes.filter(({ revision }) => revision > after);
  await end;
}

/** What a reader is told that resumes after a revision. */
async function toldAfter(after: number, changes: readonly StoredJob[], last: number): Promise<string[]> {
  const untold = new Untold(after);
  const all = inOrder(feed(changes, after), {
    after,
    told: (change) => untold.of(change),
    position: async () => last,
  });
  const texts: string[] = [];
  for await (const { data, type, revision } of all) texts.push(`${revision} ${data.jobId} ${type}`);
  return texts;
}

describe('The changes of many jobs', () => {
  const three = stored(records('a', 1, 4, 6), records('b', 2, 5, 8), records('c', 3, 7, 9));

  it('are told in the order of their revisions, though messages have left their queue', async () => {
    expect(await toldAfter(0, three, 9)).toEqual([
      '1 a job.queued',
      '2 b job.queued',
      '3 c job.queued',
      '4 a job.running',
      '5 b job.running',
      '6 a job.succeeded',
      '7 c job.running',
      '8 b job.succeeded',
      '9 c job.succeeded',
    ]);
  });

  it('are all told to a reader that resumes after any of them, and none twice', async () => {
    const all = await toldAfter(0, three, 9);
    for (let known = 1; known < all.length; known++)
      expect(await toldAfter(known, three, 9)).toEqual(all.slice(known));
  });

  it('are not held back for what was removed for good', async () => {
    const [, , gone] = records('gone', 1, 2, 3);
    const later = records('later', 5, 6, 7);
    const untold = new Untold(undefined);
    const over = Promise.withResolvers<void>();
    const read = inOrder(feed([...(gone ? [gone] : []), ...later], 0, over.promise), {
      after: undefined,
      told: (change) => untold.of(change),
      position: async () => 5,
    });
    expect((await read.next()).value).toMatchObject({ revision: 3 });
    expect((await read.next()).value).toMatchObject({ revision: 5 });
    over.resolve();
    await read.return(undefined);
  });

  it('are told once nothing follows that could have what is missing', async () => {
    const over = Promise.withResolvers<void>();
    const untold = new Untold(0);
    const read = inOrder(feed(records('a', 3, 4, 5), 0, over.promise), {
      after: 0,
      told: (change) => untold.of(change),
      // The last ones are not jobs, so no change says that all of them have been read.
      position: async () => 8,
    });
    expect((await read.next()).value).toMatchObject({ revision: 3 });
    over.resolve();
    await read.return(undefined);
  });

  it('are all told of a store that began again, whatever the reader knew of the one before', async () => {
    const untold = new Untold(500);
    const read = inOrder(feed(three, 0), {
      after: 500,
      told: (change) => untold.of(change),
      position: async () => 9,
    });
    const revisions: number[] = [];
    for await (const { revision } of read) revisions.push(revision);
    expect(revisions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
