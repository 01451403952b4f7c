import type { ChosenBackend } from '../choose/choose-for.ts';
import type { BackendReason, Job } from '../job/job.ts';
import { moved } from '../job/move.ts';

/** How long a queued job may still wait, in milliseconds; null if it may wait forever. */
export function leftInQueue({ options, transitions }: Job, now = Date.now()): number | null {
  if (options.queueTimeoutMs === null) return null;
  return Date.parse(transitions.at(-1)?.at ?? '') + options.queueTimeoutMs - now;
}

/** The end of a job that has waited for longer than it may; null if it has not. */
export function timedOut(
  job: Job,
  { backend, reason }: ChosenBackend,
  by: string,
  now = Date.now(),
): Job | null {
  const left = leftInQueue(job, now);
  if (left === null || left >= 0) return null;
  const late = `No worker took it within ${job.options.queueTimeoutMs} ms`;
  const message = backend ? late : `${late}; ${whyNone(reason)}`;
  const cause = { class: 'timeout', code: 'queue-timeout', message } as const;
  return moved(job, 'TimedOut', by, { cause, backendReason: reason });
}

/** Why no suitable backend was available at the last look. */
function whyNone({ considered }: BackendReason): string {
  const away = considered.filter(({ available }) => !available);
  return away.map(({ backend, why }) => `backend ${backend}: ${why}`).join('; ') || 'it has no backend';
}
