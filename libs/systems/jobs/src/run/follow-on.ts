import { UnavailableError } from '@nestjs-spark/contracts';
import { pause } from '@nestjs-spark/foundation/internal';
import type { FollowFrom, JobStore, StoredJob } from '../job/store.ts';

/** The delay before changes are read again after a failure, in milliseconds. */
const AGAIN_MS = 500;

/**
 * Follows changes across interruptions, resuming after the last change that it yielded.
 * @param interrupted called for each interruption
 */
export async function* followOn(
  store: Pick<JobStore, 'follow' | 'position'>,
  signal: AbortSignal,
  { after, jobId, status }: Omit<FollowFrom, 'leftOut'> = {},
  interrupted: (error: Error) => void = () => {},
): AsyncGenerator<StoredJob> {
  let at: number | undefined;
  while (!signal.aborted) {
    try {
      // Each time: the store may have lost its data meanwhile, and would not reach the reader's number for long.
      at = startOf(await store.position(), at ?? after);
      const leftOut = (revision: number): void => {
        at = revision;
      };
      for await (const change of store.follow(signal, { after: at, jobId, status, leftOut })) {
        at = change.revision;
        yield change;
      }
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      interrupted(error);
    }
    if (!signal.aborted) await pause(AGAIN_MS, signal);
  }
}

/** A position beyond the store's end belongs to an earlier store: then all of this one is new. */
function startOf(position: number, after = position): number {
  return after > position ? 0 : after;
}
