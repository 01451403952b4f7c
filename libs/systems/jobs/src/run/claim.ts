import { VersionConflictError } from '@nestjs-spark/contracts';
import { chooseFor } from '../choose/choose-for.ts';
import { ABSENT_MS, type JobBackend } from '../job/backend.ts';
import type { BackendReason, Job, JobAttempt } from '../job/job.ts';
import { moved } from '../job/move.ts';
import { isRunning } from '../job/status.ts';
import type { QueuedJob, StoredJob } from '../job/store.ts';
import { withoutBackend } from './absent-backend.ts';
import { lostRun, next } from './finish.ts';
import { LateStart, mayStartLate } from './late-start.ts';
import type { RunnerParts } from './parts.ts';
import { timedOut } from './queue-timeout.ts';

/** A job that this process executes. */
export interface Claim {
  job: Job;
  backend: JobBackend;
  runId: string;
  /** Whether its run was started by a process that is gone. */
  adopted: boolean;
  /** Its start, if that is not written yet. */
  start: LateStart | null;
  /** The job's revision when last written here; null while its start is not written. */
  revision: number | null;
}

/** `nothing`: nothing is left to do; `later`: no backend can take it now. */
export type Claimed = Claim | 'nothing' | 'later';

/** Writes this process into a job as its owner. If several try, one succeeds. */
export async function claim(
  { jobId, queued }: Pick<QueuedJob, 'jobId' | 'queued'>,
  parts: RunnerParts,
): Promise<Claimed> {
  for (let known = queued; ; known = undefined) {
    const stored = known ?? (await parts.store.get(jobId));
    if (!stored) return 'nothing';
    try {
      return await claimStored(stored, parts);
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      parts.observer.fenced();
    }
  }
}

async function claimStored(stored: StoredJob, parts: RunnerParts): Promise<Claimed> {
  const { job, revision } = stored;
  if (isRunning(job.status)) return adopt(job, revision, parts);
  if (job.status !== 'Queued') return 'nothing';
  const takenAt = Date.now();
  const { backend, reason } = await chooseFor(job, parts);
  const over =
    timedOut(job, { backend, reason }, parts.owner, takenAt) ??
    (backend ? null : await nowhere(job, reason, parts));
  if (over) {
    await parts.store.replace(over, revision);
    parts.observer.moved(job, over);
    return 'nothing';
  }
  if (!backend) return 'later';
  const attempt = job.attempt + 1;
  const runId = `${job.jobId}:${attempt}`;
  const started = {
    number: attempt,
    runId,
    backend: backend.name,
    owner: parts.owner,
    startedAt: new Date().toISOString(),
    endedAt: null,
    outcome: null,
    cause: null,
  };
  const after = moved(job, 'Running', parts.owner, {
    attempt,
    attempts: [...job.attempts, started],
    backend: backend.name,
    backendReason: reason,
  });
  const claimed = { job: after, backend, runId, adopted: false };
  if (mayStartLate(after, backend))
    return { ...claimed, start: new LateStart(stored, after, parts), revision: null };
  const written = await parts.store.replace(after, revision);
  parts.observer.moved(job, after);
  return { ...claimed, start: null, revision: written };
}

/** The job as failed if no worker can take it any more; null while one may. */
async function nowhere(
  job: Job,
  backendReason: BackendReason,
  { workers, owner }: RunnerParts,
): Promise<Job | null> {
  const cause = await workers.whyNowhere(job);
  return cause && moved(job, 'Failed', owner, { cause, backendReason });
}

/** A running job was handed out again: its owner was not heard from in time. */
async function adopt(job: Job, revision: number, parts: RunnerParts): Promise<Claimed> {
  const last = job.attempts.at(-1);
  const backend = parts.backends.find(({ name }) => name === last?.backend);
  if (!last) return 'later';
  if (!backend) return leave(job, last, revision, parts);
  // The run has ended with its process: a worker that has its handler gets the job.
  if (backend.capabilities.local && backend.accepts?.(job.transformation) === false)
    return giveUp(job, last, revision, parts);
  const { absentSince: _, ...found } = last;
  const after = { ...job, attempts: [...job.attempts.slice(0, -1), { ...found, owner: parts.owner }] };
  const written = await parts.store.replace(after, revision);
  parts.observer.adopted(backend.name);
  return { job: after, backend, runId: found.runId, adopted: true, start: null, revision: written };
}

async function giveUp(
  job: Job,
  { backend, runId }: JobAttempt,
  revision: number,
  parts: RunnerParts,
): Promise<Claimed> {
  const after = next(job, lostRun(backend, runId), parts.owner);
  await parts.store.replace(after, revision);
  parts.observer.moved(job, after);
  return 'nothing';
}

/** This instance cannot ask for its run. For some time, another instance that has the backend may take it over. */
async function leave(job: Job, last: JobAttempt, revision: number, parts: RunnerParts): Promise<Claimed> {
  const left = withoutBackend(job, last, parts.backends, parts.owner);
  if (left.is === 'waiting') return 'later';
  await parts.store.replace(left.job, revision);
  if (left.is === 'over') {
    parts.observer.moved(job, left.job);
    return 'nothing';
  }
  parts.log.warn(
    `Job ${job.jobId} runs on the backend ${last.backend}, which is not in the settings here; unless an instance that has it takes over, the job ends in ${ABSENT_MS / 60_000} minutes`,
  );
  return 'later';
}
