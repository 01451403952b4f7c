import { describeError } from '../errors/describe-error.ts';
import type { Logger } from '../logging/logger.ts';
import { persist } from './persist.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface Step {
  /** As logged: `Registering in SparkModules`. */
  name: string;
  /** `signal` aborts when the application shuts down: running work is then abandoned immediately. */
  work: (signal: AbortSignal) => Promise<void>;
}

/** Runs one step after the other, each until it succeeds. Logs when a step starts waiting and when it stops, not each attempt. */
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
