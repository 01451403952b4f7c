import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { moved, stamped } from '../job/move.ts';
import type { StoredJob } from '../job/store.ts';
import { listJobs } from './list-jobs.ts';

/** So many jobs, each queued and then ended in another order; what has left the queue is gone. */
function history(count: number, ended: (n: number) => boolean): StoredJob[] {
  const queued = Array.from({ length: count }, (_, n) => stamped(specJob(`job-${n}`), n + 1));
  const left = queued.filter((_, n) => ended(n));
  const ends = left
    .toSorted((a, b) => ((a.revision * 7) % 31) - ((b.revision * 7) % 31))
    .map(({ job }, n) => stamped(moved(job, 'Succeeded', 'spec'), count + n + 1));
  return [...queued.filter((one) => !left.includes(one)), ...ends];
}

function changesOf(kept: StoredJob[]) {
  let looked = 0;
  return {
    looked: () => looked,
    bounds: async () => ({ first: 1, last: Math.max(...kept.map(({ revision }) => revision)) }),
    range: async (from: number, to: number) => {
      looked++;
      return kept.filter(({ revision }) => revision >= from && revision <= to);
    },
  };
}

const everybody = { submitter: null };

describe('A list of jobs in the order of their creation', () => {
  it('has each job once in whole pages, however late it has ended and however far back it lies', async () => {
    const kept = history(2_000, (n) => n % 3 === 0);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const query = { ...everybody, take: 150, ...(cursor === null ? {} : { cursor }) };
      const page = await listJobs(query, changesOf(kept));
      if (page.cursor !== null) expect(page.items).toHaveLength(150);
      found.push(...page.items.map(({ job }) => job.jobId));
      ({ cursor } = page);
    } while (cursor !== null);
    expect(found).toEqual(Array.from({ length: 2_000 }, (_, n) => `job-${1_999 - n}`));
  });

  it('goes back no further than it has to', async () => {
    const changes = changesOf(history(5_000, () => false));
    await listJobs({ ...everybody, take: 10 }, changes);
    expect(changes.looked()).toBe(1);
  });

  it('finds what is rare, and does not show a job by what it was before', async () => {
    const kept = history(3_000, (n) => n !== 1);
    const queued = await listJobs({ ...everybody, take: 5, status: 'Queued' }, changesOf(kept));
    expect(queued.items.map(({ job }) => job.jobId)).toEqual(['job-1']);
    const all = [stamped(specJob('a'), 1), stamped(moved(specJob('a'), 'Failed', 'spec'), 2)];
    expect((await listJobs({ ...everybody, take: 5, status: 'Queued' }, changesOf(all))).items).toEqual([]);
  });

  it('has a job that ends while the list is read', async () => {
    const kept = history(600, () => false);
    const changes = changesOf(kept);
    const range = changes.range;
    changes.range = async (from, to) => {
      if (from <= 1) {
        const [first] = kept.splice(0, 1);
        if (first) kept.push(stamped(moved(first.job, 'Succeeded', 'spec'), 601));
      }
      return range(from, to);
    };
    const { items } = await listJobs({ ...everybody, take: 1_000 }, changes);
    expect(items).toHaveLength(600);
    expect(items.at(-1)?.job).toMatchObject({ jobId: 'job-0', status: 'Succeeded' });
  });
});
