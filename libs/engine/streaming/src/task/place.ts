import type { Etag, Witness } from '@nestjs-spark/contracts';
import { remembers, type WitnessRecord } from '@nestjs-spark/contracts/internal';

/** An etag with its database: etags of two databases cannot be compared. */
export interface Place {
  /** Null: unknown, from a module of an older version. */
  databaseId: string | null;
  etag: Etag;
}

/** How many etags `from` is behind `to`, at least 0; null when they belong to different databases. */
export function etagsBehind(from: Place, to: Place): number | null {
  const known = from.databaseId !== null && to.databaseId !== null;
  return known && from.databaseId !== to.databaseId ? null : Math.max(0, to.etag - from.etag);
}

/**
 * The etag up to which nothing is missing: the applied one, or a later one if what was read in between does not concern the task.
 */
export function reachedEtag(
  there: { incarnation: string; to: Etag } | null,
  read: { incarnation: string; publishedTo: Etag; readTo: Etag } | null,
): Etag {
  if (there === null) return 0;
  const isAllThere = read?.incarnation === there.incarnation && read.publishedTo <= there.to;
  return isAllThere ? Math.max(there.to, read.readTo) : there.to;
}

/** A database as its owner identifies it: an older state keeps the database's id, and only the witness reveals it. */
export interface SourcePlace extends Place {
  /** Null: from an owner of an older version, or from the log, which does not tell the source's current state. */
  witness: WitnessRecord | null;
}

/** Whether a copy was read from this database, in this state or an earlier one. */
export function isReadFrom(source: SourcePlace, copy: { databaseId: string; witness: Witness }): boolean {
  if (source.databaseId !== null && source.databaseId !== copy.databaseId) return false;
  return source.witness === null || remembers(source.witness, copy.witness);
}
