import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits, or returns early when aborted.
 * @param options.ref false: the wait alone does not keep the process alive
 */
export async function pause(
  milliseconds: number,
  signal?: AbortSignal,
  options: { ref?: boolean } = {},
): Promise<void> {
  await wait(milliseconds, undefined, signal ? { ...options, signal } : options).catch(() => undefined);
}
