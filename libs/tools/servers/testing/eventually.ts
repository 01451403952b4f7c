import { setTimeout as wait } from 'node:timers/promises';

/** How long {@link eventually} waits, and how often it checks. Milliseconds. */
export interface EventuallyOptions {
  /** When to give up. Default 60,000 ms. */
  timeoutMs?: number;
  /** Pause between two checks. Default 50 ms. */
  intervalMs?: number;
}

/**
 * Waits until a condition holds: until `look` (synchronous or asynchronous) neither throws nor returns `false`, and returns its
 * result. After `timeoutMs` it throws an error that shows the last failure and has it as `cause`; a `look` that hangs is
 * abandoned at the same moment.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  { timeoutMs = 60_000, intervalMs = 50 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown = new Error('the condition never returned');
  do {
    try {
      const answer = await withinTime(look, deadline - Date.now());
      if (answer !== false) return answer;
      last = new Error('the condition stayed false');
    } catch (error) {
      last = error === tooLate ? last : error;
    }
    await wait(Math.max(0, Math.min(intervalMs, deadline - Date.now())));
  } while (Date.now() < deadline);
  const message = last instanceof Error ? last.message : String(last);
  throw new Error(`Condition not met within ${timeoutMs} ms. Last seen: ${message}`, { cause: last });
}

const tooLate = new Error('the condition did not return in time');

async function withinTime<T>(look: () => T | Promise<T>, ms: number): Promise<T> {
  const stop = new AbortController();
  try {
    return await Promise.race([
      (async () => look())(),
      wait(Math.max(1, ms), undefined, { signal: stop.signal }).then(() => Promise.reject(tooLate)),
    ]);
  } finally {
    stop.abort();
  }
}
