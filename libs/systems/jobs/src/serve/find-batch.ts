import type { Job, Submitter } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';
import { idInBatch } from '../submit/new-job.ts';
import { MOST_IN_BATCH } from '../submit/read-submission.ts';
import { maySee, type JobAccess } from './access.ts';

/** The jobs of a batch that are kept, by their ids: however many have come since, all of them are found. */
export async function findBatch(batchId: string, access: JobAccess, store: JobStore): Promise<Job[]> {
  const own = await jobsOf(batchId, access, store);
  const jobs = own.length > 0 || !access.all ? own : await jobsOfAnybody(batchId, store);
  return jobs.filter((job) => maySee(job, access));
}

async function jobsOf(batchId: string, submitter: Submitter, store: JobStore): Promise<Job[]> {
  const read = (index: number) => store.get(idInBatch(batchId, submitter, index));
  const first = await read(0);
  const size = first?.job.batchSize ?? MOST_IN_BATCH;
  const others = await Promise.all(Array.from({ length: size - 1 }, (_, index) => read(index + 1)));
  return [first, ...others].flatMap((stored) => (stored ? [stored.job] : []));
}

/** One of them tells whose batch it is. */
async function jobsOfAnybody(batchId: string, store: JobStore): Promise<Job[]> {
  const { items } = await store.list({ batchId, submitter: null, take: 1 });
  const [one] = items;
  return one ? jobsOf(batchId, one.job.submittedBy, store) : [];
}
