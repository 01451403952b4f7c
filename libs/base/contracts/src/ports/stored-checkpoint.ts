import { taskName, taskOf, type TaskKey } from '../names/task-key.ts';
import type { Checkpoint } from './change-sink.ts';

type Kept = Omit<Checkpoint, 'name'> & ({ task: TaskKey } | { name: string });

/**
 * A checkpoint as it stands in a database. The first version kept the name in its three parts, as `task`; a name of three
 * parts is still kept so, for instances of that version which run beside this one.
 */
export function toStoredCheckpoint({ name, ...rest }: Checkpoint): object {
  const task = taskOf(name);
  const kept: Kept = task ? { task, ...rest } : { name, ...rest };
  return kept;
}

export function fromStoredCheckpoint(stored: object): Checkpoint {
  const kept = stored as Kept;
  if (!('task' in kept)) return kept;
  const { task, ...rest } = kept;
  return { name: taskName(task), ...rest };
}
