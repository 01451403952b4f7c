import type { Job, Submitter } from '../job/job.ts';
import { sameSubmitter } from '../job/same-submitter.ts';

/** For whom jobs are read and changed. */
export interface JobAccess extends Submitter {
  /** Sees everybody's jobs: of its tenant, or of all where it has none. */
  all: boolean;
}

/** The application itself, which sees all jobs. */
export const APPLICATION: JobAccess = {
  kind: 'application',
  subject: 'application',
  tenant: null,
  all: true,
};

/** Whether a job is to be seen: everybody sees its own. */
export function maySee({ submittedBy }: Job, access: JobAccess): boolean {
  if (!access.all) return sameSubmitter(submittedBy, access);
  return access.tenant === null || submittedBy.tenant === access.tenant;
}

/** As a job and the query for one's own have it. */
export function submitterOf({ kind, subject, tenant }: JobAccess): Submitter {
  return { kind, subject, tenant };
}
