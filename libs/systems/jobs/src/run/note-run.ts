import { VersionConflictError } from '@nestjs-spark/contracts';
import type { Job } from '../job/job.ts';
import type { StoredJob } from '../job/store.ts';
import type { Claim } from './claim.ts';
import { withLast } from '../job/move.ts';
import { isOwn } from './finish.ts';
import type { RunnerParts } from './parts.ts';

/**
 * Changes the record of a run's job.
 * @returns the job as stored; null if the run meanwhile belongs to another process, or has ended
 */
export async function changeOwn(
  { job: { jobId }, runId }: Pick<Claim, 'job' | 'runId'>,
  change: (job: Job) => Job,
  { store, owner }: Pick<RunnerParts, 'store' | 'owner'>,
): Promise<StoredJob | null> {
  for (;;) {
    const stored = await store.get(jobId);
    if (!stored || !isOwn(stored.job, runId, owner)) return null;
    const job = change(stored.job);
    try {
      return { job, revision: await store.replace(job, stored.revision) };
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
    }
  }
}

/** Stores the data by which a backend finds a run again. */
export function noteExternal(
  claim: Claim,
  external: Record<string, string>,
  parts: RunnerParts,
): Promise<StoredJob | null> {
  return changeOwn(claim, (job) => ({ ...job, external: { ...external, runId: claim.runId } }), parts);
}

/** How often a run is started again under its id, until it counts as lost: it may be what ends the process. */
const MOST_RESTARTS = 10;

/**
 * Stores that a run is started again, under the same id, because nothing is left of it: it has all of its time again.
 * @returns the job as stored; null if it is not to be started again
 */
export async function noteRestart(claim: Claim, parts: RunnerParts): Promise<StoredJob | null> {
  const { restarts = 0 } = claim.job.attempts.at(-1) ?? {};
  if (restarts >= MOST_RESTARTS) return null;
  const startedAt = new Date().toISOString();
  const again = (job: Job): Job => ({
    ...job,
    attempts: withLast(job.attempts, { startedAt, restarts: restarts + 1 }),
  });
  return changeOwn(claim, again, parts);
}

/** The data that was stored for this run; nothing if it is from an earlier run. */
export function externalOf({ external }: Job, runId: string): { external?: Record<string, string> } {
  if (external['runId'] !== runId) return {};
  const texts = Object.entries(external).filter(
    (entry): entry is [string, string] => entry[0] !== 'runId' && typeof entry[1] === 'string',
  );
  return { external: Object.fromEntries(texts) };
}
