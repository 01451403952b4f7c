import { describeError } from '../errors/describe-error.ts';
import type { Logger } from '../logging/logger.ts';
import { persist } from './persist.ts';

export interface Step {
  /** As the log says it: `Registering in SparkModules`. */
  name: string;
  /** `signal` aborts when the application ends: what is under way then is not waited for. */
  work: (signal: AbortSignal) => Promise<void>;
}

/** The work's end, or the application's, whichever comes first: a server that never answers must not hold its end up. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const stop = () => aborted.resolve();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  work.catch(() => undefined);
  await Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', stop));
}

/** Does one step after the other, each until it works. Says when a step waits, and when it no longer does; not each try. */
export async function runSteps(
  steps: readonly Step[],
  options: { signal: AbortSignal; log: Logger; firstWaitMs?: number },
): Promise<void> {
  const { signal, log, firstWaitMs } = options;
  for (const { name, work } of steps) {
    let waited = false;
    await persist(() => unlessAborted(work(signal), signal), {
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
