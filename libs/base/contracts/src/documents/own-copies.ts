import { taskLabel, type TaskKey } from '../names/task-key.ts';

/** What tells a copy from the module's own documents: its metadata's `spark-generation` and `spark-source`. */
export interface CopyMarks {
  generation: string | null;
  copyOf: string | null;
}

/** Tells the copies that one task made from all other documents; names compare without regard to case. */
export function isCopyOf(task: TaskKey): (document: CopyMarks) => boolean {
  const generations = `${taskLabel(task)}:`.toLowerCase();
  const source = `${task.owner}/`.toLowerCase();
  return ({ generation, copyOf }) =>
    generation !== null &&
    generation.toLowerCase().startsWith(generations) &&
    // Two owners may each have a task of this name with the same requester.
    (copyOf === null || copyOf.toLowerCase().startsWith(source));
}
