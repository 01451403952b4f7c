import type { Job } from '../job/job.ts';
import { moved } from '../job/move.ts';

/** The job as a request to cancel leaves it: what runs has to prove first that it has ended. */
export function cancelled(job: Job, by: string, reason: string | null): Job {
  const requestedAt = new Date().toISOString();
  if (job.status === 'Running')
    return moved(job, 'Cancelling', by, { cancel: { requestedAt, reason, proof: null } });
  const proof = {
    source: 'queue',
    observed: 'no run of it was recorded, and none can be any more',
    at: requestedAt,
  };
  return moved(job, 'Cancelled', by, { cancel: { requestedAt, reason, proof } });
}
