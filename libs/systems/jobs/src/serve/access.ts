import type { Job } from '../job/job.ts';

/** For whom jobs are read and changed. */
export interface JobAccess {
  subject: string;
  tenant: string | null;
  /** Sees everybody's jobs: of its tenant, or of all where it has none. */
  all: boolean;
}

/** The application itself, which sees all jobs. */
export const APPLICATION: JobAccess = { subject: 'application', tenant: null, all: true };

/** Whether a job is to be seen: everybody sees its own. */
export function maySee({ submittedBy }: Job, { subject, tenant, all }: JobAccess): boolean {
  if (all) return tenant === null || submittedBy.tenant === tenant;
  return submittedBy.subject === subject && submittedBy.tenant === tenant;
}
