import { setTimeout as pause } from 'node:timers/promises';

/** Looks until it holds; a look that fails says that it does not. */
export async function until(holds: () => Promise<boolean>, everyMs: number): Promise<void> {
  while (!(await holds().catch(() => false))) await pause(everyMs);
}
