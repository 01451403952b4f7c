import {
  checkpointId,
  readStoredCheckpoint,
  refuseOdd,
  toStoredCheckpoint,
  type Checkpoint,
  type StoredCheckpoint,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { listState, readState, writeState } from '../state/state-rows.ts';

export function readCheckpoint(open: OpenDatabase, name: string): StoredCheckpoint | null {
  const id = checkpointId(name);
  const stored = readState(open, id);
  return stored && (toCheckpoint(stored) ?? refuseOdd(id));
}

/** Those that can be read: a malformed one only stops its own task. */
export function listCheckpoints(open: OpenDatabase): StoredCheckpoint[] {
  const stored = listState(open, 'sparkCheckpoints/');
  return stored.map(toCheckpoint).filter((one) => one !== null);
}

function toCheckpoint({ value, version }: Versioned<object>): StoredCheckpoint | null {
  const checkpoint = readStoredCheckpoint(value);
  return checkpoint && { checkpoint, version };
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
