import type { Etag, TaskKey, TaskState } from '@nestjs-spark/contracts';
import type { UnitStatus } from '@nestjs-spark/runtime';

/** Status of the owner's side of a task, on any instance. */
export interface CaptureReport extends UnitStatus<TaskState> {
  task: TaskKey;
  collection: string;
  generation: number;
  /** The database that the etags belong to; null while unknown. */
  databaseId: string | null;
  /** Everything up to here is in the log or does not concern the task; null while unknown. */
  publishedEtag: Etag | null;
  /** What the requester has confirmed of this database; null: nothing, or unknown. */
  confirmedEtag: Etag | null;
  /** The database's last etag when it was last read; null while it cannot be read. */
  sourceEtag: Etag | null;
  /** Upper bound of the etags between the confirmed one and the source's; null while unknown. */
  lag: number | null;
  /** Age of what is confirmed in milliseconds, 0 when nothing is missing; null while unknown. */
  behindMs: number | null;
  /** True once the source was drained in this generation. */
  live: boolean;
  /** While snapshotting: documents read, and approximately how many there are; for progress. */
  documentsRead: number;
  documentsTotal: number;
  /** Documents whose script failed and that have not been changed, deleted or rerun successfully since. */
  setAside: number;
  /** Whether deletes are guaranteed to be seen. */
  deletes: 'kept' | 'best-effort';
}

/** A message in a task's log that is not its owner's, or cannot be read. */
export interface RefusedMessage {
  /** Its sequence in the route's stream. */
  sequence: number;
  /** The reason, for operators. */
  reason: string;
  /** When it was read, milliseconds since 1970. */
  at: number;
}

/** Status of the requester's side of a task, on any instance. */
export interface ApplyReport extends UnitStatus<TaskState> {
  task: TaskKey;
  collection: string;
  /** Whether the checkpoint has been read; before that, figures and completeness mean nothing. */
  known: boolean;
  generation: number;
  /** The owner's database that the etags belong to; null before the first set. */
  databaseId: string | null;
  appliedEtag: Etag;
  /** The source's newest etag known to this side. */
  sourceEtag: Etag;
  /**
   * The copy is complete: the declared script's generation is live, older copies are removed, and what was known at start is
   * applied.
   */
  complete: boolean;
  /** Why not, in words for operators; null when complete. */
  incompleteBecause: string | null;
  /** Why nothing moves although it should, because of this module's own store, NATS or instances; null while it moves. */
  stalledBecause: string | null;
  /**
   * Upper bound of the etags missing here; null when the owner has been silent for a minute, or its database is a different one.
   */
  lag: number | null;
  /** Age of what is applied, in milliseconds; 0 when nothing is missing; null when `lag` is, and before the first set. */
  behindMs: number | null;
  setsApplied: number;
  documentsPut: number;
  documentsDeleted: number;
  resyncsRequested: number;
  /** The last messages of the log that this instance refused, at most 20. */
  refused: readonly RefusedMessage[];
  /** Documents that this module's store refused. */
  setAside: number;
  /** How many seconds the owner has been silent, if that is why the task waits; otherwise null. */
  ownerSilentSeconds: number | null;
}
