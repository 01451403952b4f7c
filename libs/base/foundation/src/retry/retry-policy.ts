/** How long to wait between two attempts. The number of attempts, and what is worth retrying, is up to the runner. */
export interface RetryPolicy {
  /** The wait before the first retry, in milliseconds; or a list of waits, the last of which repeats. */
  waitMs: number | readonly [number, ...number[]];
  /** Factor for each wait after those in `waitMs`. Default 1: constant. */
  factor?: number;
  /** Maximum wait, in milliseconds. Default: unbounded. */
  longestMs?: number;
  /**
   * The share of each wait that is random, from 0 to 1, so that several parties do not retry in lockstep. Default 0; with 1, any
   * wait down to 0.
   */
  jitter?: number;
}

const LONGEST_DOUBLING = 50;

/** For tasks that fail together: doubles from `firstMs` to at most fifty times that, half of it random. */
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
