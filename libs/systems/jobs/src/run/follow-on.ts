import { UnavailableError } from '@nestjs-spark/contracts';
import { pause } from '@nestjs-spark/foundation/internal';
import type { FollowFrom, JobStore, StoredJob } from '../job/store.ts';

/** Before changes that could not be read are asked for again. */
const AGAIN_MS = 500;

/**
 * Follows changes through disturbances: what was interrupted continues after the last change that it gave.
 * @param interrupted is told of each disturbance
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
      at ??= startOf(await store.position(), after);
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

/** A number that the store has not reached yet is of an earlier one: all of this one is new then. */
function startOf(position: number, after = position): number {
  return after > position ? 0 : after;
}
