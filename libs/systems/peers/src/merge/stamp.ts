import type { Head } from './event.ts';

/** Beyond the year 2200 no stamp is believed: it would win forever. */
export const LATEST_STAMP = Date.UTC(2200, 0) * 1_000;

/** The stamp of a write: the log's time in microseconds, and always above what the write replaces. */
export function stampOf(logTime: number, replaced: readonly Head[]): number {
  return replaced.reduce((stamp, { hlc }) => Math.max(stamp, hlc + 1), logTime);
}

/** Whether a stamp can have been given by a node. The same answer on every node: it looks at no clock. */
export function isStamp(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0 && value <= LATEST_STAMP;
}
