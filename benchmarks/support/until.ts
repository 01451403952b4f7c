import { setTimeout as pause } from 'node:timers/promises';

/** Polls until the condition holds; a failing check counts as false. */
export async function until(holds: () => Promise<boolean>, everyMs: number): Promise<void> {
  while (!(await holds().catch(() => false))) await pause(everyMs);
}
