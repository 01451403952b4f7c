import { SubmissionRefusedError, type Master } from '@nestjs-spark/apache-spark/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import { RunRefusedError, type JobRun } from '../../../job/backend.ts';
import type { JobCause } from '../../../job/job.ts';
import { applicationOf, appNameOf } from './app-run.ts';

/** How long a driver is looked for whose submission was not answered. */
const LOOK_FOR_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** How far the clocks of the master and of this process may be apart. */
const CLOCKS_APART_MS = 600_000;

/**
 * Starts the driver of a run, once: when the answer is lost, the driver is looked for, and never started a second time.
 * @returns the driver's id
 * @throws {RunRefusedError} when the master refuses it, or when it cannot be told whether it has started; another error when it was
 * not sent at all
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

/** The driver of a run that another process has submitted. */
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
  // Aborted or not: whatever else is thrown here would be taken for a run that was not started.
  for (const until = performance.now() + LOOK_FOR_MS; performance.now() < until && !signal.aborted;) {
    const found = await findDriver(run, sentAt, master).catch(() => 'cannot-tell' as const);
    if (found !== 'none' && found !== 'cannot-tell') return found;
    await pause(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
  throw new RunRefusedError(unclearSubmission(run));
}

/** It may have been submitted, and to submit it again could run it twice. */
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
