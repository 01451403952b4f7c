import type { Job } from '../job/job.ts';
import { sameSubmitter } from '../job/same-submitter.ts';
import type { JobQuery } from '../job/store.ts';

/** Whether a job matches a query. */
export function matches(job: Job, query: Omit<JobQuery, 'take' | 'cursor'>): boolean {
  const { status, label, backend, name, batchId, submitter } = query;
  if (status !== undefined && job.status !== status) return false;
  if (label !== undefined && !job.labels.includes(label)) return false;
  if (backend !== undefined && job.backend !== backend) return false;
  if (name !== undefined && job.name !== name) return false;
  if (batchId !== undefined && job.batchId !== batchId) return false;
  return submitter === null || sameSubmitter(job.submittedBy, submitter);
}
