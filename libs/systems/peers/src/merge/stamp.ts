import type { Head } from './event.ts';

/** Beyond the year 2200 no stamp is believed: it would win forever. */
export const LATEST_STAMP = Date.UTC(2200, 0) * 1_000;

/** The stamp of a write: the log's time in microseconds, but always above the stamps of the heads that it replaces. */
export function stampOf(logTime: number, replaced: readonly Head[]): number {
  return replaced.reduce((stamp, { hlc }) => Math.max(stamp, hlc + 1), logTime);
}

/** Whether a node can have assigned this stamp. Every node decides alike, because no clock is involved. */
export function isStamp(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0 && value <= LATEST_STAMP;
}
