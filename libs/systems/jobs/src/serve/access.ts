import { ProblemError } from '@nestjs-spark/contracts';
import type { Job, JobKind, Submitter } from '../job/job.ts';
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

/** What runs statements and programs of its own on a cluster can read and change whatever the cluster can. */
const FOR_OPERATORS: ReadonlySet<JobKind> = new Set(['sql', 'spark-app']);

/** @throws {ProblemError} `forbidden` (403) for a kind of job that only operators may submit */
export function mustBeAllowed(kind: JobKind, { all }: JobAccess): void {
  if (FOR_OPERATORS.has(kind) && !all)
    throw new ProblemError(
      'forbidden',
      `Only operators may submit jobs of the kind ${kind}: they run as the cluster.`,
    );
}

/** Whether a job is to be seen: everybody sees its own. */
export function maySee({ submittedBy }: Job, access: JobAccess): boolean {
  if (!access.all) return sameSubmitter(submittedBy, access);
  return access.tenant === null || submittedBy.tenant === access.tenant;
}

/** As a job and the query for one's own have it. */
export function submitterOf({ kind, subject, tenant }: JobAccess): Submitter {
  return { kind, subject, tenant };
}
