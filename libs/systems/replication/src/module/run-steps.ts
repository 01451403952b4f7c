import type { Log } from '@nestjs-spark/contracts/internal';
import { describeError } from '@nestjs-spark/observability/internal';
import { persist } from '../deploy/persist.ts';

export interface Step {
  /** As the log says it: `Registering in SparkModules`. */
  name: string;
  work: () => Promise<void>;
}

/** Does one step after the other, each until it works. Says when a step waits, and when it no longer does; not each try. */
export async function runSteps(
  steps: readonly Step[],
  options: { signal: AbortSignal; log: Log; firstWaitMs?: number },
): Promise<void> {
  const { signal, log, firstWaitMs } = options;
  for (const { name, work } of steps) {
    let waited = false;
    await persist(work, {
      signal,
      ...(firstWaitMs === undefined ? {} : { firstWaitMs }),
      onFailure: (error) => {
        waited = true;
        log.warn(`${name} waits: ${describeError(error)}`);
      },
    });
    if (signal.aborted) return;
    if (waited) log.log(`${name} works now`);
  }
}
