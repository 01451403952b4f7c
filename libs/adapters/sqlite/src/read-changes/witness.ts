import { NEVER_RAISED, raisedFrom, witnessId, type WitnessRecord } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { readState, writeState } from '../state/state-rows.ts';

export function readWitness(open: OpenDatabase, reader: string): WitnessRecord {
  return readState<WitnessRecord>(open, witnessId(reader))?.value ?? NEVER_RAISED;
}

/**
 * Takes an etag, as in RavenDB: reruns are published under one that belongs to no document.
 * @throws {VersionConflictError} when it is not, or no longer, as in `from`
 */
export function raiseWitness(open: OpenDatabase, reader: string, from: WitnessRecord): WitnessRecord {
  const id = witnessId(reader);
  const stored = readState<WitnessRecord>(open, id);
  const value = raisedFrom(reader, stored?.value ?? NEVER_RAISED, from);
  writeState(open, { id, collection: 'SparkWitnesses', value }, stored?.version ?? null);
  open.prepare('UPDATE spark_database SET last_etag = last_etag + 1').run();
  return value;
}
