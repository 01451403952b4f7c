import type { Shares } from '../../declare/shares.ts';

/** What one task may read at its owner, as it is written down with the task. */
export interface Reading {
  /** `Shares.bounds`; absent: whole documents. */
  bounds?: string;
  /** The collections that its script may load, in lower case and sorted; absent: it loads nothing, or an earlier version wrote it. */
  loadable?: string[];
}

/** A script that says nothing of `load` has read no other document. */
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
 * Whether copies that were made while this could be read are to be made again: they may have what is not shared any more. That one more
 * collection may be loaded changes nothing about them: its documents were not there when they were made, and a script that wants
 * them is another one.
 */
export function makesCopiesAgain(before: Reading, now: Reading): boolean {
  const gone = (before.loadable ?? []).filter((name) => !now.loadable?.includes(name));
  return before.bounds !== now.bounds || gone.length > 0;
}

/** Whether copies that were begun under one may continue under the other. */
export function isSameReading(one: Reading, other: Reading): boolean {
  return one.bounds === other.bounds && one.loadable?.join() === other.loadable?.join();
}

/** Whether an instance with these shares may carry a task that was written down like this. */
export function isOfReading(written: Reading, here: Reading): boolean {
  return written.bounds === here.bounds && (!written.loadable || isSameReading(written, here));
}

/** A task with what it may read now. */
export function underReading<T extends Reading>(task: T, { bounds, loadable }: Reading): T {
  const { bounds: _bounds, loadable: _loadable, ...rest } = task;
  return { ...rest, ...(bounds !== undefined && { bounds }), ...(loadable && { loadable }) } as T;
}
