import { ABSENT_MS, type JobBackend } from '../job/backend.ts';
import type { Job, JobAttempt, JobCause } from '../job/job.ts';
import { endedAttempt, moved, withLast } from '../job/move.ts';
import { next } from './finish.ts';

/** Its runs end with the process that executes them. For any other backend, only its own settings could say so. */
const IN_PROCESS = 'memory';

/** What becomes of a run whose backend is not in the settings of this instance. */
export type WithoutBackend = { is: 'waiting' } | { is: 'noted'; job: Job } | { is: 'over'; job: Job };

/**
 * Decides about a running job whose backend cannot be asked. First, its absence is noted in the job, so that the wait outlasts this process. Then a job
 * that cannot have changed anything runs again on another backend: a script changes nothing outside, and a run in a process has ended with it. Every
 * other job fails, whatever its rule for retries says, because its run may be continuing there and a second one would run beside it.
 * @param backends those of this instance
 */
export function withoutBackend(
  job: Job,
  last: JobAttempt,
  backends: readonly JobBackend[],
  by: string,
  now = new Date(),
): WithoutBackend {
  if (last.absentSince === undefined) {
    const absentSince = now.toISOString();
    return { is: 'noted', job: { ...job, attempts: withLast(job.attempts, { absentSince }) } };
  }
  if (now.getTime() < Date.parse(last.absentSince) + ABSENT_MS) return { is: 'waiting' };
  const isGone = last.backend === IN_PROCESS;
  const cause = causeFor(job, last, isGone);
  const isHarmless = isGone || job.transformation.kind === 'script';
  const isCancelled = isGone && job.status === 'Cancelling';
  const runsAgain = isHarmless && job.status === 'Running' && runsElsewhere(job, backends);
  if (isCancelled || runsAgain) return { is: 'over', job: next(job, { type: 'lost', cause }, by, now) };
  const attempts = endedAttempt(job, 'lost', cause, now);
  return { is: 'over', job: moved(job, 'Failed', by, { attempts, cause }, now) };
}

/** Whether another backend may get the job, now or when it is available again. */
function runsElsewhere({ backendRequested, transformation }: Job, backends: readonly JobBackend[]): boolean {
  if (backendRequested !== 'auto') return false;
  return backends.some(
    (backend) =>
      !backend.capabilities.onRequest &&
      backend.capabilities.kinds.includes(transformation.kind) &&
      (backend.accepts?.(transformation) ?? true),
  );
}

function causeFor({ status, transformation, external }: Job, last: JobAttempt, isGone: boolean): JobCause {
  const { backend, runId } = last;
  const names = Object.entries(external)
    .filter(([name, value]) => name !== 'runId' && typeof value === 'string')
    .map(([name, value]) => `${name} ${String(value)}`);
  const known = external['runId'] === runId && names.length > 0 ? ` (${names.join(', ')})` : '';
  const effects =
    transformation.kind === 'script'
      ? 'it may still be running there, but a script changes nothing outside its result'
      : 'it may still be running there, and may have changed something. Look there first';
  const message = [
    `It ran on the backend ${backend} as ${runId}${known}, and no instance with this backend in its settings has taken it over for ${ABSENT_MS / 60_000} minutes.`,
    isGone
      ? 'The process that executed it is gone, and the run with it.'
      : `How it ended is not known: ${effects}.`,
    ...(status === 'Cancelling' && !isGone ? ['It cannot be proven that it was stopped, as requested.'] : []),
    `Restore ${backend} in the settings and retry the job, or submit it for another backend.`,
  ].join(' ');
  return { class: 'backend', code: 'backend-removed', message };
}
