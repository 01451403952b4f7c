import { PermanentError } from './permanent-error.ts';

export interface RetryOptions {
  /**
   * The pauses between attempts, in seconds. Default `[2, 10, 30, 60, 300]`: five retries, so six attempts within seven minutes.
   * An empty list: one attempt only.
   */
  delaysSeconds?: readonly number[];
}

export const DEFAULT_DELAYS_SECONDS: readonly number[] = [2, 10, 30, 60, 300];
const LONGEST_DELAY_SECONDS = 24 * 60 * 60;

export type Decision = { action: 'retry'; delayMs: number } | { action: 'give-up' };

/** @throws when a pause is negative, not a number, or longer than a day */
export function requireDelays({
  delaysSeconds = DEFAULT_DELAYS_SECONDS,
}: RetryOptions = {}): readonly number[] {
  const wrong = delaysSeconds.find((delay) => !(delay >= 0 && delay <= LONGEST_DELAY_SECONDS));
  if (wrong === undefined) return delaysSeconds;
  throw new Error(
    `A retry cannot wait ${wrong} s: give delaysSeconds between 0 and ${LONGEST_DELAY_SECONDS}`,
  );
}

/** What follows after attempt number `attempt` (starting at 1) failed with `error`. */
export function decide(error: unknown, attempt: number, delaysSeconds: readonly number[]): Decision {
  const delay = delaysSeconds[attempt - 1];
  if (error instanceof PermanentError || delay === undefined) return { action: 'give-up' };
  return { action: 'retry', delayMs: delay * 1_000 };
}
