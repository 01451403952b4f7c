import { witnessId } from '@nestjs-spark/contracts/internal';
import { VersionConflictError } from '@nestjs-spark/contracts';
import type { OpenDatabase } from '../connect/open-database.ts';
import { readState, writeState } from '../state/state-rows.ts';

interface Witness {
  number: number;
}

/** A number that only grows. A file that shows a lower one than before was restored, even if its id is the same. */
export function readWitness(open: OpenDatabase, reader: string): number {
  return readState<Witness>(open, witnessId(reader))?.value.number ?? 0;
}

/**
 * Takes an etag, as in RavenDB: what is run again is published for one that belongs to no document.
 * @throws {VersionConflictError} when it is not, or not any more, at `from`
 */
export function raiseWitness(open: OpenDatabase, reader: string, from: number): number {
  const id = witnessId(reader);
  const stored = readState<Witness>(open, id);
  if ((stored?.value.number ?? 0) !== from) throw new VersionConflictError(id);
  const value: Witness = { number: from + 1 };
  writeState(open, { id, collection: 'SparkWitnesses', value }, stored?.version ?? null);
  open.prepare('UPDATE spark_database SET last_etag = last_etag + 1').run();
  return from + 1;
}
