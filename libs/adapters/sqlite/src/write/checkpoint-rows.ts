import { checkpointId, type Checkpoint, type StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import type { TaskKey } from '@nestjs-spark/contracts';
import type { OpenDatabase } from '../connect/open-database.ts';
import { listState, readState, writeState } from '../state/state-rows.ts';

export function readCheckpoint(open: OpenDatabase, task: TaskKey): StoredCheckpoint | null {
  const stored = readState<Checkpoint>(open, checkpointId(task));
  return stored && { checkpoint: stored.value, version: stored.version };
}

export function listCheckpoints(open: OpenDatabase): StoredCheckpoint[] {
  const stored = listState<Checkpoint>(open, 'sparkCheckpoints/');
  return stored.map(({ value, version }) => ({ checkpoint: value, version }));
}

/** @throws {VersionConflictError} when the stored one is not at `expected` */
export function writeCheckpoint(open: OpenDatabase, checkpoint: Checkpoint, expected: string | null): string {
  const id = checkpointId(checkpoint.task);
  return writeState(open, { id, collection: 'SparkCheckpoints', value: checkpoint }, expected);
}
