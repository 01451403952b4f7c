import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { moved } from '../job/move.ts';
import type { StoredJob } from '../job/store.ts';
import { ChangeFeed } from './change-feed.ts';

/** A feed that keeps two changes to four, with the jobs as they are. */
function smallFeed() {
  const jobs = new Map<string, StoredJob>();
  const feed = new ChangeFeed(() => jobs.values(), 2);
  const add = (job: StoredJob['job']): StoredJob => {
    const stored = feed.add(job);
    jobs.set(job.jobId, stored);
    return stored;
  };
  const end = ({ job }: StoredJob): StoredJob =>
    add(moved(add(moved(job, 'Running', 'spec')).job, 'Succeeded', 'spec'));
  return { feed, jobs, add, end };
}

/** What a reader has got when it has got the change with this number. */
async function readTo(feed: ChangeFeed, to: number, after = 0, each: (change: StoredJob) => void = () => {}) {
  const told: [string, string, number][] = [];
  const stop = new AbortController();
  for await (const change of feed.read(after, stop.signal)) {
    told.push([change.job.jobId, change.job.status, change.revision]);
    each(change);
    if (change.revision === to) stop.abort();
  }
  return told;
}

describe('A reader of changes', () => {
  it('gets each of them in order while it keeps up', async () => {
    const { feed, add, end } = smallFeed();
    end(add(specJob('a')));
    expect(await readTo(feed, 3)).toEqual([
      ['a', 'Queued', 1],
      ['a', 'Running', 2],
      ['a', 'Succeeded', 3],
    ]);
  });

  it('that starts too late for some of them learns the outcome of every job', async () => {
    const { feed, add, end } = smallFeed();
    for (const id of ['a', 'b', 'c', 'd']) end(add(specJob(id)));
    const told = await readTo(feed, 12);
    const ended = told.filter(([, status]) => status === 'Succeeded').map(([id]) => id);
    expect(ended).toEqual(['a', 'b', 'c', 'd']);
    expect(told.map(([, , revision]) => revision)).toEqual([3, 6, 9, 10, 11, 12]);
  });

  it('that falls behind while it reads learns the same, each outcome once', async () => {
    const { feed, add, end } = smallFeed();
    add(specJob('a'));
    const busy = ({ revision }: StoredJob): void => {
      if (revision !== 1) return;
      for (const id of ['b', 'c', 'd', 'e']) end(add(specJob(id)));
    };
    const told = await readTo(feed, 13, 0, busy);
    const ended = told.filter(([, status]) => status === 'Succeeded').map(([id]) => id);
    expect(ended).toEqual(['b', 'c', 'd', 'e']);
  });

  it('does not wait for changes of jobs that are gone', async () => {
    const { feed, jobs, add, end } = smallFeed();
    for (const id of ['a', 'b']) end(add(specJob(id)));
    jobs.clear();
    const told = await readTo(feed, 6);
    expect(told.at(-1)).toEqual(['b', 'Succeeded', 6]);
  });
});
