import type { JobPage, JobQuery, StoredJob } from '../job/store.ts';
import { PageOfJobs } from './page-of-jobs.ts';

/** The changes of jobs by their numbers. */
export interface JobChanges {
  bounds(): Promise<{ first: number; last: number }>;
  /** What is kept of the changes from one number to another, in their order. */
  range(from: number, to: number): Promise<StoredJob[]>;
}

/** How many numbers are looked at together. */
const WINDOW = 256;

/**
 * A page of jobs by creation, from changes that lie in the order in which they happened. A job was created no later than it was last
 * changed: going back from the end, the page is whole as soon as nothing created later can be left.
 */
export async function listJobs(query: JobQuery, changes: JobChanges): Promise<JobPage> {
  const page = new PageOfJobs(query);
  const seen = new Set<string>();
  const offer = (stored: StoredJob): void => {
    // An earlier change of a job is not the job.
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
  // A job that has ended meanwhile has left its place in the queue, perhaps before it was seen there.
  const now = await changes.bounds();
  for (let from = last + 1; from <= now.last; from += WINDOW)
    for (const stored of await changes.range(from, Math.min(now.last, from + WINDOW - 1))) offer(stored);
  return page.done();
}
