import {
  checkpointId,
  fromStoredCheckpoint,
  toStoredCheckpoint,
  type Checkpoint,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { listState, readState, writeState } from '../state/state-rows.ts';

export function readCheckpoint(open: OpenDatabase, name: string): StoredCheckpoint | null {
  const stored = readState(open, checkpointId(name));
  return stored && { checkpoint: fromStoredCheckpoint(stored.value), version: stored.version };
}

export function listCheckpoints(open: OpenDatabase): StoredCheckpoint[] {
  const stored = listState(open, 'sparkCheckpoints/');
  return stored.map(({ value, version }) => ({ checkpoint: fromStoredCheckpoint(value), version }));
}

/** @throws {VersionConflictError} when the stored one is not at `expected` */
export function writeCheckpoint(open: OpenDatabase, checkpoint: Checkpoint, expected: string | null): string {
  const id = checkpointId(checkpoint.name);
  return writeState(
    open,
    { id, collection: 'SparkCheckpoints', value: toStoredCheckpoint(checkpoint) },
    expected,
  );
}
