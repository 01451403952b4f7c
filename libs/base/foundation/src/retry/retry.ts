import { pause } from './pause.ts';
import { delayMs, type RetryPolicy } from './retry-policy.ts';

export interface Retrying {
  policy: RetryPolicy;
  /** Whether a failure is worth another attempt. */
  retries: (error: unknown) => boolean;
  /** Maximum number of attempts. Default: as many as `retries` allows. */
  attempts?: number;
}

/** Does `work` until it succeeds, for a caller who waits for the result. @throws the failure that is not retried */
export async function retry<T>(work: (attempt: number) => T | Promise<T>, options: Retrying): Promise<T> {
  const { policy, retries, attempts = Infinity } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts || !retries(error)) throw error;
      await pause(delayMs(policy, attempt));
    }
  }
}
