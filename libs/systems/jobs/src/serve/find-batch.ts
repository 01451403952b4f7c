import type { Job, Submitter } from '../job/job.ts';
import { sameSubmitter } from '../job/same-submitter.ts';
import type { JobStore } from '../job/store.ts';
import { idsInBatch } from '../submit/new-job.ts';
import { MOST_IN_BATCH } from '../submit/read-submission.ts';
import { maySee, type JobAccess } from './access.ts';

/** The jobs of a batch that are kept, by their ids: however many have come since, all of them are found. */
export async function findBatch(batchId: string, access: JobAccess, store: JobStore): Promise<Job[]> {
  const own = await jobsOf(batchId, access, store);
  const jobs = own.length > 0 || !access.all ? own : await jobsOfAnybody(batchId, store);
  return jobs.filter((job) => maySee(job, access));
}

async function jobsOf(batchId: string, submitter: Submitter, store: JobStore): Promise<Job[]> {
  const isOfKey = await isBatchOfKey(batchId, submitter, store);
  const ids = idsInBatch(batchId, submitter, MOST_IN_BATCH, isOfKey);
  const [first = null, ...more] = ids;
  const begun = first === null ? null : await store.get(first);
  const size = begun?.job.batchSize ?? MOST_IN_BATCH;
  const others = await Promise.all(more.slice(0, size - 1).map((id) => store.get(id)));
  return [begun, ...others].flatMap((stored) => (stored ? [stored.job] : []));
}

/** Whether a submitter's batch came under a key instead of an id of its own: then its first job has the id of the key. */
export async function isBatchOfKey(batchId: string, submitter: Submitter, store: JobStore): Promise<boolean> {
  const stored = await store.get(batchId);
  return stored?.job.batchId === batchId && sameSubmitter(stored.job.submittedBy, submitter);
}

/** One of them tells whose batch it is. */
async function jobsOfAnybody(batchId: string, store: JobStore): Promise<Job[]> {
  const { items } = await store.list({ batchId, submitter: null, take: 1 });
  const [one] = items;
  return one ? jobsOf(batchId, one.job.submittedBy, store) : [];
}
