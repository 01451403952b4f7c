import { nameKey } from '@nestjs-spark/foundation/internal';
import { copiesLabel } from './copies-name.ts';

/**
 * One requester's script on one collection of an owner. It has its own position, generation, progress and errors. Module names
 * are compared case-insensitively, like document ids in RavenDB.
 */
export interface TaskKey {
  /** The module that owns the documents. */
  owner: string;
  /** The module that keeps the copies. */
  requester: string;
  /** Unique among the requester's tasks at this owner; the collection's name unless the declaration says otherwise. */
  name: string;
}

/** The task's label in `spark-generation` of its copies: `HR/cars`. */
export function taskLabel(task: TaskKey): string {
  return copiesLabel(taskName(task));
}

/** The task as shown in logs and errors: `Fleet -> HR: Cars`. */
export function describeTask(task: TaskKey): string {
  return `${task.owner} -> ${task.requester}: ${task.name}`;
}

/** One string per task, equal for equal tasks: `fleet/hr/cars`. */
export function taskId(task: TaskKey): string {
  return nameKey(taskName(task));
}

/**
 * The plain name of a task, `Fleet/HR/Cars`: all that the sink and the set-aside records know about it. This function and
 * {@link taskOf} are the only places where owner and requester become a name and the reverse.
 */
export function taskName({ owner, requester, name }: TaskKey): string {
  return `${owner}/${requester}/${name}`;
}

/**
 * The task behind a plain name.
 * @returns null when the name is not that of a task: it has more or fewer than three parts
 */
export function taskOf(name: string): TaskKey | null {
  const [owner, requester, task, ...more] = name.split('/');
  if (!owner || !requester || !task || more.length > 0) return null;
  return { owner, requester, name: task };
}
