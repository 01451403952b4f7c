import { describeTask, taskId, type TaskKey, taskOf } from '@nestjs-spark/contracts';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import { type Logger, sameName } from '@nestjs-spark/foundation/internal';
import type { Declarations } from '../declare/declarations.ts';

export interface DroppedTasksParts {
  requester: string;
  declarations: Declarations;
  target: Pick<ChangeSink, 'listCheckpoints'>;
  forget: (task: TaskKey) => Promise<{ removed: number }>;
  onDrop: 'remove' | 'keep';
  log: Logger;
}

/** The tasks that this module has copies of and no longer declares. */
export async function findDroppedTasks({
  requester,
  declarations,
  target,
}: Pick<DroppedTasksParts, 'requester' | 'declarations' | 'target'>): Promise<TaskKey[]> {
  const declared = new Set(declarations.tasks().map(({ key: task }) => taskId(task)));
  const stored = await target.listCheckpoints();
  return stored
    .map(({ checkpoint }) => taskOf(checkpoint.name))
    .filter((task) => task !== null)
    .filter((task) => sameName(task.requester, requester))
    .filter((task) => !declared.has(taskId(task)));
}

/** Removes, or leaves, the copies of declarations that were dropped, and says so. */
export async function settleDroppedTasks(parts: DroppedTasksParts): Promise<void> {
  for (const task of await findDroppedTasks(parts)) {
    if (parts.onDrop === 'keep') {
      parts.log.log(
        `${describeTask(task)} is no longer declared; its copies are kept as they are (onDrop: keep)`,
      );
      continue;
    }
    const { removed } = await parts.forget(task);
    parts.log.log(`${describeTask(task)} is no longer declared; its ${removed} copies were removed`);
  }
}
