import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import { rerunSubject, type ControlBoard, type StateStore } from '@nestjs-spark/contracts/internal';
import { askRerun } from '@nestjs-spark/set-aside/internal';

/** Writes down what is to be run again, and wakes whoever carries the task. Null asks for all that is set aside. */
export async function callForRerun(
  { state, control }: { state: StateStore; control: Pick<ControlBoard, 'publish'> },
  task: TaskKey,
  documents: string[] | null,
): Promise<void> {
  await askRerun(state, taskName(task), documents);
  await control.publish(rerunSubject(task), { at: Date.now() });
}
