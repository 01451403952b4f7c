import type { ChangeCommand } from '@nestjs-spark/contracts';
import type { ChangeSink, Checkpoint, StoredCheckpoint, TaskLog } from '@nestjs-spark/contracts/internal';
import { removes } from './units.ts';

/** Where contents that come with the commands are read. */
export type Contents = Pick<TaskLog, 'openContent'> | undefined;

/**
 * Applies commands, and answers with the checkpoint as it is stored then. Only the target knows how many copies it removed:
 * the number is in the checkpoint, from which the next set continues.
 */
export async function applyCounted(
  sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>,
  commands: ChangeCommand[],
  checkpoint: Checkpoint,
  expected: string | null | Promise<string | null>,
  contents?: Contents,
): Promise<StoredCheckpoint> {
  const version = await sink.apply(commands, checkpoint, expected, contents);
  const counted = removes(commands) ? await sink.readCheckpoint(checkpoint.name) : null;
  return counted?.version === version ? counted : { checkpoint, version };
}
