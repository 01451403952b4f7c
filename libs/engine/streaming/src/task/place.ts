import type { Etag, Witness } from '@nestjs-spark/contracts';
import { remembers, type WitnessRecord } from '@nestjs-spark/contracts/internal';

/** An etag with the database that it is of: etags of two databases say nothing about each other. */
export interface Place {
  /** Null: a module of an older version, which does not say it. */
  databaseId: string | null;
  etag: Etag;
}

/** How many etags `from` is behind `to`, at least 0; null when they are of two databases. */
export function etagsBehind(from: Place, to: Place): number | null {
  const known = from.databaseId !== null && to.databaseId !== null;
  return known && from.databaseId !== to.databaseId ? null : Math.max(0, to.etag - from.etag);
}

/** Up to where nothing is missing: what is there, and after it what was read and does not concern the task. */
export function reachedEtag(
  there: { incarnation: string; to: Etag } | null,
  read: { incarnation: string; publishedTo: Etag; readTo: Etag } | null,
): Etag {
  if (there === null) return 0;
  const isAllThere = read?.incarnation === there.incarnation && read.publishedTo <= there.to;
  return isAllThere ? Math.max(there.to, read.readTo) : there.to;
}

/** A database as its owner names it: an older state of one continues under its id, and only its witness shows it. */
export interface SourcePlace extends Place {
  /** Null: an owner of an older version, or the log, which says nothing of the source as it is now. */
  witness: WitnessRecord | null;
}

/** Whether what was read into a copy was read from this database, in this state or an earlier one. */
export function isReadFrom(source: SourcePlace, copy: { databaseId: string; witness: Witness }): boolean {
  if (source.databaseId !== null && source.databaseId !== copy.databaseId) return false;
  return source.witness === null || remembers(source.witness, copy.witness);
}
