import { describeError } from '../errors/describe-error.ts';
import { SayOnce } from '../logging/say-once.ts';
import { pause } from './pause.ts';
import { delayMs, type RetryPolicy } from './retry-policy.ts';

export interface Persistence {
  signal: AbortSignal;
  /** Default: 1 s, doubling up to 30 s. */
  policy?: RetryPolicy;
  /** Called when a failure's description differs from the previous one: for logging. */
  onFailure?: (error: unknown) => void;
  /** Called at every failure that is retried. */
  onEachFailure?: (error: unknown) => void;
  /** Whether a failure is retried; others are thrown. Default: all are retried. */
  retries?: (error: unknown) => boolean;
  /**
   * How long to wait for running work after an abort, in milliseconds, before abandoning it. Default 3,000; `Infinity` where it
   * has to finish.
   */
  endMs?: number;
}

const PATIENT: RetryPolicy = { waitMs: 1_000, factor: 2, longestMs: 30_000 };
/** Work that ran this long before it failed starts over with the first wait. */
const RAN_WELL_MS = 30_000;
const END_MS = 3_000;

/** Tries `work` until it succeeds once or `signal` aborts. @throws what `retries` declines */
export function persist(work: () => Promise<void>, options: Persistence): Promise<void> {
  return run(work, options, false);
}

/** Does `work` again and again until `signal` aborts, with a wait only after a failure. @throws what `retries` declines */
export function keepRunning(work: () => Promise<void>, options: Persistence): Promise<void> {
  return run(work, options, true);
}

async function run(work: () => Promise<void>, options: Persistence, again: boolean): Promise<void> {
  const {
    signal,
    policy = PATIENT,
    onFailure,
    onEachFailure,
    retries = () => true,
    endMs = END_MS,
  } = options;
  const said = new SayOnce();
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await (endMs === Infinity ? work() : endSoon(work(), signal, endMs));
      if (!again) return;
      failures = 0;
      said.forget();
    } catch (error) {
      if (!retries(error)) throw error;
      if (signal.aborted) return;
      onEachFailure?.(error);
      if (said.isNews(describeError(error))) onFailure?.(error);
      failures = performance.now() - began > RAN_WELL_MS ? 1 : failures + 1;
      await pause(delayMs(policy, failures), signal);
    }
  }
}

/**
 * Work that waits for a server that never answers must not delay the application's shutdown. This runs for each piece of work, however
 * small, so it creates no `AbortController`: aborting one creates an error with a stack trace.
 */
async function endSoon(work: Promise<void>, signal: AbortSignal, endMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const aborted = () => (timer = setTimeout(resolve, endMs));
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  try {
    await Promise.race([work, late]);
  } finally {
    signal.removeEventListener('abort', aborted);
    clearTimeout(timer);
  }
}
