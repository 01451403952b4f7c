/** How long to wait between two attempts. How many there are, and what is worth another one, is up to the runner. */
export interface RetryPolicy {
  /** The wait before the first retry, in milliseconds; or the waits one after the other, the last of which is repeated. */
  waitMs: number | readonly [number, ...number[]];
  /** What each wait after those of `waitMs` is multiplied by. Default 1: it stays the same. */
  factor?: number;
  /** No wait is longer, in milliseconds. Default: no bound. */
  longestMs?: number;
  /** The share of each wait that is random, 0 to 1, so that parties do not march in step. Default 0; 1: anything from 0 up. */
  jitter?: number;
}

const LONGEST_DOUBLING = 50;

/** For tasks that fail together: doubles from `firstMs` up to fifty times that, half of it random. */
export function doubling(firstMs: number): RetryPolicy {
  return { waitMs: firstMs, factor: 2, longestMs: firstMs * LONGEST_DOUBLING, jitter: 0.5 };
}

/** The wait after the `failures`-th failure in a row (1, 2, …), in whole milliseconds. */
export function delayMs(policy: RetryPolicy, failures: number, random: () => number = Math.random): number {
  const { waitMs, factor = 1, longestMs = Infinity, jitter = 0 } = policy;
  const waits = typeof waitMs === 'number' ? [waitMs] : waitMs;
  const at = Math.min(failures, waits.length) - 1;
  const full = Math.min(longestMs, (waits[at] ?? 0) * factor ** Math.max(0, failures - waits.length));
  return Math.round(full * (1 - jitter + jitter * random()));
}
