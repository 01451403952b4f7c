import type { Job } from '../job/job.ts';
import { moved } from '../job/move.ts';

/** The job after a cancel request: a running job has to be proven ended first. */
export function cancelled(job: Job, by: string, reason: string | null): Job {
  const requestedAt = new Date().toISOString();
  if (job.status === 'Running')
    return moved(job, 'Cancelling', by, { cancel: { requestedAt, reason, proof: null } });
  const proof = {
    source: 'queue',
    observed: 'no run of it was recorded, and none can start any more',
    at: requestedAt,
  };
  return moved(job, 'Cancelled', by, { cancel: { requestedAt, reason, proof } });
}
