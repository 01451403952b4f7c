import { VersionConflictError } from '@nestjs-spark/contracts';
import type { RunEnded } from '../job/backend.ts';
import type { CancelProof, Job, JobCause, JobProgress, JobResult } from '../job/job.ts';
import { endedAttempt, moved } from '../job/move.ts';
import { isRunning, isTerminal } from '../job/status.ts';
import type { StoredJob } from '../job/store.ts';
import type { RunnerParts } from './parts.ts';

/** The outcome of a run, with its result stored. */
export type Outcome =
  | { type: 'succeeded'; result: JobResult }
  | { type: 'failed'; cause: JobCause }
  | { type: 'cancelled'; proof: CancelProof }
  | { type: 'timed-out'; proof: CancelProof }
  /** The backend does not have the run, and nothing of it is running. */
  | { type: 'lost'; cause: JobCause }
  /** It is unknown whether the run has started. */
  | { type: 'not-started'; cause: JobCause };

/** Whether this is still the job's current run, owned by this process. */
export function isOwn(job: Job, runId: string, owner: string): boolean {
  const last = job.attempts.at(-1);
  return isRunning(job.status) && last?.runId === runId && last.owner === owner;
}

/**
 * Writes the outcome of a run, unless another process has taken over the job meanwhile. `known` is the job as last written here: unless it was
 * changed since, it need not be read again.
 * @returns the job as written; null if the run no longer counts; `unproven` if it is to be cancelled but may be running
 */
export async function finish(
  { jobId, runId, known }: { jobId: string; runId: string; known?: StoredJob | null },
  outcome: Outcome,
  parts: RunnerParts,
): Promise<Job | null | 'unproven'> {
  for (let last = known ?? null; ; last = null) {
    const stored = last ?? (await parts.store.get(jobId));
    if (!stored || !isOwn(stored.job, runId, parts.owner)) {
      parts.observer.fenced();
      return null;
    }
    if (outcome.type === 'not-started' && stored.job.status === 'Cancelling') return 'unproven';
    const after = withProgress(next(stored.job, outcome, parts.owner), parts.progress.get(jobId));
    try {
      await parts.store.replace(after, stored.revision);
      parts.observer.moved(stored.job, after);
      return after;
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
    }
  }
}

/** A job that ended without a result shows its progress; a job that runs again starts from zero. */
function withProgress(job: Job, progress: JobProgress | undefined): Job {
  return progress && isTerminal(job.status) && job.status !== 'Succeeded' ? { ...job, progress } : job;
}

/** The job's state after an outcome. */
export function next(job: Job, outcome: Outcome, by: string, now = new Date()): Job {
  switch (outcome.type) {
    case 'succeeded': {
      const { result } = outcome;
      const progress = { done: result.documents, total: Math.max(job.progress.total, result.documents) };
      const attempts = endedAttempt(job, 'succeeded', null, now);
      return moved(job, 'Succeeded', by, { attempts, result, progress, cause: null }, now);
    }
    case 'cancelled': {
      const { requestedAt = now.toISOString(), reason = null } = job.cancel ?? {};
      const cancel = { requestedAt, reason, proof: outcome.proof };
      const attempts = endedAttempt(job, 'cancelled', null, now);
      return moved(job, 'Cancelled', by, { attempts, cancel }, now);
    }
    case 'timed-out': {
      const cause: JobCause = {
        class: 'timeout',
        code: 'run-timeout',
        message: `It ran for longer than ${job.options.timeoutMs} ms and was stopped: ${outcome.proof.observed}`,
      };
      return moved(job, 'TimedOut', by, { attempts: endedAttempt(job, 'timed-out', cause, now), cause }, now);
    }
    case 'failed':
      return failed(job, outcome.cause, by, now);
    case 'lost':
    case 'not-started':
      return lost(job, outcome.cause, by, now);
  }
}

/** A job whose backend keeps losing its runs is not run forever. */
const MOST_LOST = 10;
/** The longest delay before a job is run again after a lost run, in milliseconds. */
const LONGEST_LOST_MS = 60_000;

/** Queues the job again, with growing delays: a lost run does not count as one of its attempts. */
function lost(job: Job, cause: JobCause, by: string, now: Date): Job {
  const attempts = endedAttempt(job, 'lost', cause, now);
  if (job.status === 'Cancelling') {
    const { requestedAt = now.toISOString(), reason = null } = job.cancel ?? {};
    const proof = { source: 'lost', observed: cause.message, at: now.toISOString() };
    return moved(job, 'Cancelled', by, { attempts, cancel: { requestedAt, reason, proof } }, now);
  }
  const times = attempts.filter(({ outcome }) => outcome === 'lost').length;
  if (times === 1) return moved(job, 'Queued', by, { attempts, cause }, now);
  if (times < MOST_LOST) {
    const dueAt = new Date(now.getTime() + Math.min(LONGEST_LOST_MS, 500 * 2 ** (times - 1))).toISOString();
    return moved(job, 'Retrying', by, { attempts, cause, dueAt }, now);
  }
  const gaveUp = {
    ...cause,
    code: 'gave-up',
    message: `Its runs were lost ${times} times: ${cause.message}`,
  };
  return moved(job, 'Failed', by, { attempts, cause: gaveUp }, now);
}

function failed(job: Job, cause: JobCause, by: string, now: Date): Job {
  const attempts = endedAttempt(job, 'failed', cause, now);
  const { attempts: most, delaysSeconds } = job.options.retry;
  const tried = job.attempt - attempts.filter(({ outcome }) => outcome === 'lost').length;
  if (job.status === 'Cancelling' || tried >= most) return moved(job, 'Failed', by, { attempts, cause }, now);
  const delay = delaysSeconds[Math.min(tried, delaysSeconds.length) - 1] ?? 0;
  const dueAt = new Date(now.getTime() + delay * 1_000).toISOString();
  return moved(job, 'Retrying', by, { attempts, cause, dueAt }, now);
}

/** The cause of a run that did not succeed. */
export function causeOf(ended: RunEnded): JobCause {
  if (ended.outcome === 'failed') return ended.cause;
  return { class: 'backend', code: 'stopped', message: 'The backend stopped the run on its own' };
}

/** The outcome of a run of which its backend has nothing. */
export function lostRun(backend: string, runId: string): Outcome {
  const message = `${backend} no longer knows the run ${runId}`;
  return { type: 'lost', cause: { class: 'lost', code: 'run-unknown', message } };
}
