import { pause } from '@nestjs-spark/foundation/internal';
import type { CancelProof } from '../../../job/job.ts';
import type { AppRun } from './app-run.ts';
import { ENDS, UNKNOWN_FOR_MS, type AppParts } from './follow-app.ts';

/** The pause between two checks that both have to find nothing, in milliseconds. */
const BETWEEN_MS = 1_000;
const AGAIN_MS = 200;

/**
 * Kills a driver until it has ended, the master lists no application of its name, and no worker has a process of it.
 * @throws the signal's reason if it is aborted before that
 */
export async function killApp(app: AppRun, { master, signal, onAway }: AppParts): Promise<CancelProof> {
  const { driverId, name } = app;
  let knownAt = performance.now();
  for (let quiet = 0; quiet < 2;) {
    signal.throwIfAborted();
    try {
      const { state } = await master.status(driverId);
      if (state !== null) knownAt = performance.now();
      const hasEnded = state === null ? performance.now() - knownAt > UNKNOWN_FOR_MS : ENDS.has(state);
      if (!hasEnded) await master.kill(driverId);
      const { isActive, executors } = await master.runningOf(name);
      quiet = hasEnded && !isActive && executors === 0 ? quiet + 1 : 0;
    } catch (error) {
      quiet = 0;
      knownAt = performance.now();
      onAway(error);
    }
    if (quiet < 2) await pause(quiet === 1 ? BETWEEN_MS : AGAIN_MS, signal);
  }
  return {
    source: 'spark-master',
    observed: `The master says that driver ${driverId} has ended and lists no application of its name, and no worker has an executor of it, in two looks a second apart`,
    at: new Date().toISOString(),
  };
}
