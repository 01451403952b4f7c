/** The status of a job. Only a job that waits for its `runAt` is `Submitted`. */
export const JOB_STATUSES = [
  'Submitted',
  'Queued',
  'Running',
  'Retrying',
  'Cancelling',
  'Succeeded',
  'Failed',
  'Cancelled',
  'TimedOut',
] as const;

/** One of `JOB_STATUSES`. */
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A final status. */
export type TerminalStatus = 'Succeeded' | 'Failed' | 'Cancelled' | 'TimedOut';

const MOVES: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  Submitted: ['Queued', 'Cancelled', 'TimedOut', 'Failed'],
  Queued: ['Running', 'Queued', 'Succeeded', 'Cancelled', 'TimedOut', 'Failed'],
  Running: ['Succeeded', 'Failed', 'Retrying', 'Cancelling', 'TimedOut', 'Queued'],
  Retrying: ['Queued', 'Cancelled', 'TimedOut', 'Failed'],
  Cancelling: ['Cancelled', 'Succeeded', 'Failed', 'TimedOut'],
  Succeeded: [],
  Failed: [],
  Cancelled: [],
  TimedOut: [],
};

/** Whether a job may move from one status to another. */
export function mayMove(from: JobStatus, to: JobStatus): boolean {
  return MOVES[from].includes(to);
}

/** Whether a job in this status has a run; false without a job. */
export function isRunning(status: JobStatus | undefined): boolean {
  return status === 'Running' || status === 'Cancelling';
}

/** Whether this status is final. */
export function isTerminal(status: JobStatus): status is TerminalStatus {
  return MOVES[status].length === 0;
}
