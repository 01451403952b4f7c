import type { Etag, TaskKey, TaskState } from '@nestjs-spark/contracts';
import type { UnitStatus } from '@nestjs-spark/runtime';

/** The owner's side of a task, as it stands, on any instance. */
export interface CaptureReport extends UnitStatus<TaskState> {
  task: TaskKey;
  collection: string;
  generation: number;
  /** The database that the etags are of; null while that is not known. */
  databaseId: string | null;
  /** Everything up to here is in the log or does not concern the task; null while that is not known. */
  publishedEtag: Etag | null;
  /** What the requester has confirmed of this database; null: nothing, or not known. */
  confirmedEtag: Etag | null;
  /** The database's last etag when it was looked at last; null while it cannot be looked at. */
  sourceEtag: Etag | null;
  /** Etags between what is confirmed and the source, at most; null while that is not known. */
  lag: number | null;
  /** Age of what is confirmed in milliseconds, 0 when nothing is missing; null while that is not known. */
  behindMs: number | null;
  /** True once the source was drained in this generation. */
  live: boolean;
  /** While snapshotting: documents read and about how many there are; for progress. */
  documentsRead: number;
  documentsTotal: number;
  /** Documents whose script failed, and that were not changed, deleted or run again with success since. */
  setAside: number;
  /** Whether deletes are sure to be seen. */
  deletes: 'kept' | 'best-effort';
}

/** A message in a task's log that is not its owner's, or cannot be read. */
export interface RefusedMessage {
  /** Its sequence in the route's stream. */
  sequence: number;
  /** Why, for an operator. */
  reason: string;
  /** When it was read, milliseconds since 1970. */
  at: number;
}

/** The requester's side of a task, as it stands, on any instance. */
export interface ApplyReport extends UnitStatus<TaskState> {
  task: TaskKey;
  collection: string;
  /** The checkpoint was looked at; before that, figures and completeness say nothing. */
  known: boolean;
  generation: number;
  /** The owner's database that the etags are of; null before the first set. */
  databaseId: string | null;
  appliedEtag: Etag;
  /** The newest etag of the source that this side has heard of. */
  sourceEtag: Etag;
  /** All of it is here: the declared script's generation is live, older copies are gone, and what was known at start is applied. */
  complete: boolean;
  /** Why not, in words for an operator; null when complete. */
  incompleteBecause: string | null;
  /** Why nothing moves although it should, because of this module's own store, NATS or instances; null while it moves. */
  stalledBecause: string | null;
  /** Etags that are missing here, at most; null when the owner has not been heard for a minute, or its database is another one. */
  lag: number | null;
  /** 0 when nothing is missing, otherwise the age of what is applied; null where `lag` is, and before the first set. */
  behindMs: number | null;
  setsApplied: number;
  documentsPut: number;
  documentsDeleted: number;
  resyncsRequested: number;
  /** The last messages of the log that this instance refused, at most 20. */
  refused: readonly RefusedMessage[];
  /** Documents that this module's store refused. */
  setAside: number;
  /** For how long the owner has not been heard, where that is why it waits; otherwise null. */
  ownerSilentSeconds: number | null;
}
