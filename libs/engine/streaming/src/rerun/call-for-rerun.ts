import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import { rerunSubject, type ControlBoard, type StateStore } from '@nestjs-spark/contracts/internal';
import { askRerun } from '@nestjs-spark/set-aside/internal';

/** Records what is to be rerun, and wakes the task's carrier. Null requests everything that is set aside. */
export async function callForRerun(
  { state, control }: { state: StateStore; control: Pick<ControlBoard, 'publish'> },
  task: TaskKey,
  documents: string[] | null,
): Promise<void> {
  await askRerun(state, taskName(task), documents);
  await control.publish(rerunSubject(task), { at: Date.now() });
}
