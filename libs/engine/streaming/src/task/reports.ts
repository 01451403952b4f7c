import type { Etag, TaskKey, TaskState } from '@nestjs-spark/contracts';

/** The owner's side of a task, as it stands. */
export interface CaptureReport {
  task: TaskKey;
  collection: string;
  state: TaskState;
  generation: number;
  /** Everything up to here is in the log. */
  publishedEtag: Etag;
  /** What the requester has confirmed. */
  confirmedEtag: Etag;
  /** The database's last etag when it was looked at last. */
  sourceEtag: Etag;
  /** True once this generation's feed was drained. */
  live: boolean;
  /** While snapshotting: documents read and about how many there are; for progress. */
  documentsRead: number;
  documentsTotal: number;
  /** Documents whose script failed, and that were not changed, deleted or run again with success since. */
  setAside: number;
  /** Whether deletes are sure to be seen by the feed. */
  deletes: 'kept' | 'best-effort';
  errors: number;
  lastError: string | null;
  /** True on the instance that holds the task's lease. */
  active: boolean;
}

/** The requester's side of a task, as it stands. */
export interface ApplyReport {
  task: TaskKey;
  collection: string;
  state: TaskState;
  generation: number;
  appliedEtag: Etag;
  /** The newest etag of the source that this side has heard of. */
  sourceEtag: Etag;
  /** All of it is here: the declared script's generation is live, older copies are gone, and what was known at start is applied. */
  complete: boolean;
  /** Why not, in words for an operator; null when complete. */
  incompleteBecause: string | null;
  /** 0 when nothing known is missing, otherwise the age of the newest applied state; null before the first set. */
  behindMs: number | null;
  setsApplied: number;
  documentsPut: number;
  documentsDeleted: number;
  resyncsRequested: number;
  /** Documents that this module's store did not take. */
  setAside: number;
  errors: number;
  lastError: string | null;
  active: boolean;
}
