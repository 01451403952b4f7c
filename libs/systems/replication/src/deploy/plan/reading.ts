import type { Shares } from '../../declare/shares.ts';

/** What one task may read at its owner, as recorded with the task. */
export interface Reading {
  /** `Shares.bounds`; absent for whole documents. */
  bounds?: string;
  /** The collections that its script may load, in lower case and sorted; absent if it loads nothing, or if an earlier version recorded it. */
  loadable?: string[];
}

/** A script without `load` in its text has read no other documents. */
const SPEAKS_OF_LOAD = /\bload\b/;

export function readingOf(
  shares: Pick<Shares, 'bounds' | 'loadable'>,
  requester: string,
  { collection, script }: { collection: string; script: string },
): Reading {
  const bounds = shares.bounds(collection, requester);
  return {
    ...(bounds !== undefined && { bounds }),
    ...(SPEAKS_OF_LOAD.test(script) && { loadable: shares.loadable(collection, requester) }),
  };
}

/**
 * Whether copies made under an earlier permission have to be made again, as they may contain what is no longer shared. An additional loadable
 * collection does not affect them: its documents were not visible when they were made, and a script that uses them is a new script.
 */
export function makesCopiesAgain(before: Reading, now: Reading): boolean {
  const gone = (before.loadable ?? []).filter((name) => !now.loadable?.includes(name));
  return before.bounds !== now.bounds || gone.length > 0;
}

/** Whether copies started under one permission may continue under the other. */
export function isSameReading(one: Reading, other: Reading): boolean {
  return one.bounds === other.bounds && one.loadable?.join() === other.loadable?.join();
}

/** Whether an instance with these shares may carry a task that was recorded like this. */
export function isOfReading(written: Reading, here: Reading): boolean {
  return written.bounds === here.bounds && (!written.loadable || isSameReading(written, here));
}

/** The task with its current permission. */
export function underReading<T extends Reading>(task: T, { bounds, loadable }: Reading): T {
  const { bounds: _bounds, loadable: _loadable, ...rest } = task;
  return { ...rest, ...(bounds !== undefined && { bounds }), ...(loadable && { loadable }) } as T;
}
