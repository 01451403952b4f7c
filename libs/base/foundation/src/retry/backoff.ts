import { setTimeout as delay } from 'node:timers/promises';

const LONGEST = 50;

/** How long to wait before trying the `attempt`-th time again (1, 2, …): doubling from `firstMs`, with a spread so that tasks do not march in step. */
export function backoffMs(attempt: number, firstMs: number, random: () => number = Math.random): number {
  const full = firstMs * Math.min(LONGEST, 2 ** (attempt - 1));
  return Math.round(full * (0.5 + random() / 2));
}

/** Waits, or returns early when aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => {});
}
