import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import type { IdRule } from '@nestjs-spark/contracts/internal';

const LONGEST_TEXT = 2_000;

/** Why a document is not at the requester: its script failed at the owner, or the requester's store would not take it. */
export interface SetAsideReason {
  /** In the user's own terms. */
  reason: string;
  /**
   * How the script failed; `refused` when the store would not take what it made, `not-a-copy` when something that is not a copy
   * of the task stands at its id.
   */
  kind: string;
  /** 1-based place in the user's own script; null where there is none. */
  line: number | null;
  column: number | null;
}

/** A document that waits for a changed script or document, or for someone to run it again, while the rest goes on. */
export interface SetAsideDocument extends SetAsideReason, Reading {
  task: TaskKey;
  /** The owner's document. */
  documentId: string;
  /** The copy that was refused, when that has another id. */
  copyId?: string;
  /** The owner's etag of the version that failed. */
  etag: Etag;
  /** When it failed last and first; milliseconds since 1970. */
  at: number;
  firstAt: number;
  /** How often it failed since it was first set aside. */
  count: number;
  /**
   * It was run again and is in the log: in the set that ends here. Remembered while the generation lasts, because a log or
   * a requester that is put back to an earlier etag can be given everything again but this.
   */
  publishedIn?: Etag;
}

export interface SetAsideFailure extends SetAsideReason {
  documentId: string;
  copyId?: string;
  etag: Etag;
}

/** One reading of the source from its first document. */
export interface Reading {
  generation: number;
  /** Numbers of generations repeat where the owner lost all that it knew; this does not. */
  incarnation: string;
  /** How the owner's store tells its ids apart. Absent: `UNNAMED_RULE`. */
  ids?: IdRule;
}

/** Whether an id stands in an entry as it is, and not as `keepable` made it. */
export function isKeptWhole(id: string): boolean {
  return id.length < LONGEST_TEXT && !id.includes('\ufffd');
}

// What fails may have texts in it that no store keeps, and of any length.
export function keepable({ reason, ...failure }: SetAsideFailure): SetAsideFailure {
  const { documentId, copyId } = failure;
  return {
    ...failure,
    documentId: documentId.toWellFormed(),
    ...(copyId === undefined ? {} : { copyId: copyId.toWellFormed().slice(0, LONGEST_TEXT) }),
    reason: reason.toWellFormed().slice(0, LONGEST_TEXT),
  };
}
