import { taskName, taskOf, type TaskKey } from './task-key.ts';

/** How a plain name is stored in a document. */
export type StoredName = { task: TaskKey } | { name: string };

/**
 * A name as it is stored in a document. The first version kept it in its three parts, as `task`; a name of three parts is still
 * kept so, for instances of that version which run beside this one.
 */
export function toStoredName(name: string): StoredName {
  const task = taskOf(name);
  return task ? { task } : { name };
}

/** The name that a document stores. */
export function fromStoredName(stored: StoredName): string {
  return 'task' in stored ? taskName(stored.task) : stored.name;
}
