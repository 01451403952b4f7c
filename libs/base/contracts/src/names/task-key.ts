import { nameKey } from '@nestjs-spark/foundation/internal';
/**
 * One requester's script on one collection of an owner. It has its own position, generation, progress and errors.
 * Module names compare without regard to case, as document ids in RavenDB do.
 */
export interface TaskKey {
  /** The module that owns the documents. */
  owner: string;
  /** The module that keeps the copies. */
  requester: string;
  /** Unique among the requester's tasks at this owner; the collection's name unless the declaration says otherwise. */
  name: string;
}

/** The task as copies name it in `spark-generation`: `HR/cars`. */
export function taskLabel(task: TaskKey): string {
  return `${task.requester}/${nameKey(task.name)}`;
}

/** The task as people read it in logs and errors: `Fleet -> HR: Cars`. */
export function describeTask(task: TaskKey): string {
  return `${task.owner} -> ${task.requester}: ${task.name}`;
}

/** One text per task, equal for equal tasks: `fleet/hr/cars`. */
export function taskId(task: TaskKey): string {
  return nameKey(`${task.owner}/${task.requester}/${task.name}`);
}
