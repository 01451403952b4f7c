import { LATEST_STAMP } from '@nestjs-spark/sqlite/internal';
import type { Head } from './event.ts';

/** The log's time in microseconds, but always above the stamps of the heads that the write replaces, unless one of them is the latest. */
export function stampOf(logTime: number, replaced: readonly Head[]): number {
  return Math.min(
    LATEST_STAMP,
    replaced.reduce((stamp, { hlc }) => Math.max(stamp, hlc + 1), logTime),
  );
}

/** Whether a node can have assigned this stamp. Every node decides alike, because no clock is involved. */
export function isStamp(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0 && value <= LATEST_STAMP;
}
