import type { ChangeCommand } from '@nestjs-spark/contracts';
import type { ChangeSink, Checkpoint, StoredCheckpoint, TaskLog } from '@nestjs-spark/contracts/internal';
import { removes } from './units.ts';

/** Where the contents belonging to the commands are read. */
export type Contents = Pick<TaskLog, 'openContent'> | undefined;

/**
 * Applies commands and returns the checkpoint as stored. Only the target knows how many copies it removed: that number is in the
 * checkpoint, from which the next set continues.
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
