import { describeError } from '../errors/describe-error.ts';
import type { Logger } from '../logging/logger.ts';
import { persist } from './persist.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface Step {
  /** As the log says it: `Registering in SparkModules`. */
  name: string;
  /** `signal` aborts when the application ends: work that is under way then is left behind at once. */
  work: (signal: AbortSignal) => Promise<void>;
}

/** Does one step after the other, each until it works. Says when a step waits, and when it no longer does; not each attempt. */
export async function runSteps(
  steps: readonly Step[],
  options: { signal: AbortSignal; log: Logger; policy?: RetryPolicy },
): Promise<void> {
  const { log, ...retrying } = options;
  for (const { name, work } of steps) {
    let waited = false;
    await persist(() => work(options.signal), {
      ...retrying,
      endMs: 0,
      onFailure: (error) => {
        waited = true;
        log.warn(`${name} waits: ${describeError(error)}`);
      },
    });
    if (options.signal.aborted) return;
    if (waited) log.log(`${name} works now`);
  }
}
