import type { JobPage, JobQuery, StoredJob } from '../job/store.ts';
import { PageOfJobs } from './page-of-jobs.ts';

/** The changes of jobs by their sequence numbers. */
export interface JobChanges {
  bounds(): Promise<{ first: number; last: number }>;
  /** The changes still stored between two numbers, in order. */
  range(from: number, to: number): Promise<StoredJob[]>;
}

/** How many sequence numbers are read at once. */
const WINDOW = 256;

/**
 * Builds a page of jobs by creation time from changes in the order in which they happened. A job was created no later than it was last changed:
 * reading backwards, the page is complete once nothing created later can remain.
 */
export async function listJobs(query: JobQuery, changes: JobChanges): Promise<JobPage> {
  const page = new PageOfJobs(query);
  const seen = new Set<string>();
  const offer = (stored: StoredJob): void => {
    // Only the latest change of a job represents it.
    if (seen.has(stored.job.jobId)) return;
    seen.add(stored.job.jobId);
    page.offer(stored);
  };
  const { first, last } = await changes.bounds();
  for (let to = last; to >= Math.max(1, first); to -= WINDOW) {
    const from = Math.max(1, first, to - WINDOW + 1);
    for (const stored of (await changes.range(from, to)).toReversed()) offer(stored);
    if (page.isWhole(from)) break;
  }
  // A job that ended meanwhile has left its place in the queue, perhaps before it was read there.
  const now = await changes.bounds();
  for (let from = last + 1; from <= now.last; from += WINDOW)
    for (const stored of await changes.range(from, Math.min(now.last, from + WINDOW - 1))) offer(stored);
  return page.done();
}
