import { ProblemError } from '@nestjs-spark/contracts';
import type { Job, JobKind, Submitter } from '../job/job.ts';
import { sameSubmitter } from '../job/same-submitter.ts';

/** On whose behalf jobs are read and changed. */
export interface JobAccess extends Submitter {
  /** Sees the jobs of all submitters: of its tenant, or of all tenants if it has none. */
  all: boolean;
}

/** The application itself, which sees all jobs. */
export const APPLICATION: JobAccess = {
  kind: 'application',
  subject: 'application',
  tenant: null,
  all: true,
};

/** Whether the caller may see a job, or what else has a submitter; submitters always see their own. */
export function maySee({ submittedBy }: Pick<Job, 'submittedBy'>, access: JobAccess): boolean {
  if (!access.all) return sameSubmitter(submittedBy, access);
  return access.tenant === null || submittedBy.tenant === access.tenant;
}

/** The submitter as stored in jobs and used in queries. */
export function submitterOf({ kind, subject, tenant }: JobAccess): Submitter {
  return { kind, subject, tenant };
}

/** These kinds can run arbitrary code on the cluster. */
const FOR_OPERATORS: ReadonlySet<JobKind> = new Set(['sql', 'spark-app']);

/** @throws {ProblemError} `forbidden` (403) if anyone but an operator submits a kind that can run arbitrary code on the cluster */
export function requireOperator(
  submissions: readonly { transformation: { kind: JobKind } }[],
  { all }: JobAccess,
): void {
  const refused = submissions.find(({ transformation }) => FOR_OPERATORS.has(transformation.kind));
  if (refused && !all)
    throw new ProblemError(
      'forbidden',
      `Only operators may submit ${refused.transformation.kind}, which runs any code on the cluster: send an operator's token as Authorization: Bearer, such as that of SPARK_OPERATOR_TOKEN.`,
    );
}
