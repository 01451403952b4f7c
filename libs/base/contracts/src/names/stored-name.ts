import { taskName, taskOf, type TaskKey } from './task-key.ts';

/** A plain name as it is stored in a document. */
export type StoredName = { task: TaskKey } | { name: string };

/**
 * Converts a plain name for storage. The first version stored its three parts as `task`; names with three parts are still stored
 * so, for instances of that version running in parallel.
 */
export function toStoredName(name: string): StoredName {
  const task = taskOf(name);
  return task ? { task } : { name };
}

/** The plain name stored in a document. */
export function fromStoredName(stored: StoredName): string {
  return 'task' in stored ? taskName(stored.task) : stored.name;
}
