import { VersionConflictError } from '@nestjs-spark/contracts';
import type { Job } from '../job/job.ts';
import type { StoredJob } from '../job/store.ts';
import type { Claim } from './claim.ts';
import { isOwn } from './finish.ts';
import type { RunnerParts } from './parts.ts';

/**
 * Stores the data by which a backend finds a run again.
 * @returns the job as stored; null if the run meanwhile belongs to another process, or has ended
 */
export async function noteExternal(
  { job: { jobId }, runId }: Claim,
  external: Record<string, string>,
  { store, owner }: RunnerParts,
): Promise<StoredJob | null> {
  for (;;) {
    const stored = await store.get(jobId);
    if (!stored || !isOwn(stored.job, runId, owner)) return null;
    const job: Job = { ...stored.job, external: { ...external, runId } };
    try {
      return { job, revision: await store.replace(job, stored.revision) };
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
    }
  }
}

/** The data that was stored for this run; nothing if it is from an earlier run. */
export function externalOf({ external }: Job, runId: string): { external?: Record<string, string> } {
  if (external['runId'] !== runId) return {};
  const texts = Object.entries(external).filter(
    (entry): entry is [string, string] => entry[0] !== 'runId' && typeof entry[1] === 'string',
  );
  return { external: Object.fromEntries(texts) };
}
