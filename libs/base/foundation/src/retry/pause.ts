import { setTimeout as wait } from 'node:timers/promises';
import { LONGEST_TIMER_MS } from './long-timer.ts';

/**
 * Waits, or returns early when aborted.
 * @param options.ref false: the wait alone does not keep the process alive
 */
export async function pause(
  milliseconds: number,
  signal?: AbortSignal,
  options: { ref?: boolean } = {},
): Promise<void> {
  const how = signal ? { ...options, signal } : options;
  for (let leftMs = milliseconds; ; leftMs -= LONGEST_TIMER_MS) {
    await wait(Math.min(leftMs, LONGEST_TIMER_MS), undefined, how).catch(() => undefined);
    if (!(leftMs > LONGEST_TIMER_MS) || signal?.aborted) return;
  }
}
