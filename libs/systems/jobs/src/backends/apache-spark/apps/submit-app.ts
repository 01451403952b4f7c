import { SubmissionRefusedError, type Master } from '@nestjs-spark/apache-spark/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import { RunRefusedError, type JobRun } from '../../../job/backend.ts';
import type { JobCause } from '../../../job/job.ts';
import { applicationOf, appNameOf } from './app-run.ts';

/** How long to look for a driver whose submission was not answered, in milliseconds. */
const LOOK_FOR_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** The largest tolerated difference between the master's clock and this process's, in milliseconds. */
const CLOCKS_APART_MS = 600_000;

/**
 * Submits the driver of a run exactly once: if the answer is lost, it looks for the driver instead of submitting again.
 * @returns the driver's id
 * @throws {RunRefusedError} if the master refuses it, or if it is unclear whether it has started; any other error if it was not sent at all
 */
export async function submitApp(run: JobRun, master: Master, signal: AbortSignal): Promise<string> {
  const { resource, args = [], properties = {} } = applicationOf(run);
  const sentAt = Date.now();
  try {
    return await master.create({ name: appNameOf(run), resource, args, properties });
  } catch (error) {
    if (error instanceof SubmissionRefusedError)
      throw new RunRefusedError({ class: 'backend', code: 'submission-refused', message: error.message });
    if (wasNotSent(error)) throw error;
    return await look(run, sentAt, { master, signal });
  }
}

/** The driver of a run that another process submitted. */
export function findDriver(
  run: Pick<JobRun, 'runId'>,
  startedAt: number,
  master: Master,
): Promise<string | 'none' | 'cannot-tell'> {
  return master.find(appNameOf(run), startedAt - CLOCKS_APART_MS);
}

async function look(
  run: JobRun,
  sentAt: number,
  { master, signal }: { master: Master; signal: AbortSignal },
): Promise<string> {
  // Even after an abort: any other error thrown here would mean that the run was not started.
  for (const until = performance.now() + LOOK_FOR_MS; performance.now() < until && !signal.aborted;) {
    const found = await findDriver(run, sentAt, master).catch(() => 'cannot-tell' as const);
    if (found !== 'none' && found !== 'cannot-tell') return found;
    await pause(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
  throw new RunRefusedError(unclearSubmission(run));
}

/** It may have been submitted; submitting it again could run it twice. */
export function unclearSubmission(run: Pick<JobRun, 'runId'>): JobCause {
  return {
    class: 'lost',
    code: 'submission-unclear',
    message: `No driver of it can be found at the master of Apache Spark, but it may have been submitted. It is not submitted again, because it could run twice: look for the application "${appNameOf(run)}" before you do`,
  };
}

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function wasNotSent(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('code' in at && NEVER_CONNECTED.has(at.code)) return true;
  return false;
}
