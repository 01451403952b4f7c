import { isTerminal, mayMove, type JobStatus } from './status.ts';
import type { Job, JobAttempt } from './job.ts';
import type { StoredJob } from './store.ts';

/** A move that the table of states does not have: a fault of ours, never of a caller. */
export class IllegalMoveError extends Error {
  override readonly name = 'IllegalMoveError';

  constructor({ jobId, status }: Job, to: JobStatus) {
    super(`Job ${jobId} cannot go from ${status} to ${to}`);
  }
}

/** The job in its next status, with what else changes. @throws {IllegalMoveError} */
export function moved(
  job: Job,
  to: JobStatus,
  by: string,
  changes: Partial<Job> = {},
  now = new Date(),
): Job {
  if (!mayMove(job.status, to)) throw new IllegalMoveError(job, to);
  const at = now.toISOString();
  return {
    ...job,
    dueAt: null,
    ...changes,
    status: to,
    startedAt: job.startedAt ?? (to === 'Running' ? at : null),
    endedAt: isTerminal(to) ? at : null,
    transitions: [...job.transitions, { status: to, at, by }],
  };
}

/** The attempts with the last one ended. */
export function endedAttempt(
  { attempts }: Job,
  outcome: Exclude<JobAttempt['outcome'], null>,
  cause: JobAttempt['cause'] = null,
  now = new Date(),
): JobAttempt[] {
  return withLast(attempts, { endedAt: now.toISOString(), outcome, cause });
}

/** The attempts with changes to the last one. */
export function withLast(attempts: JobAttempt[], changes: Partial<JobAttempt>): JobAttempt[] {
  const last = attempts.at(-1);
  return last ? [...attempts.slice(0, -1), { ...last, ...changes }] : attempts;
}

/** The job as it stands under a revision: what is new in it carries that number. */
export function stamped(job: Job, revision: number): StoredJob {
  const transitions = job.transitions.map((one) => (one.revision === undefined ? { ...one, revision } : one));
  return { job: { ...job, order: job.order ?? revision, transitions }, revision };
}
