import type { Etag } from '@nestjs-spark/contracts';
import type { IdRule } from '@nestjs-spark/contracts/internal';
import {
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';

const LONGEST_TEXT = 2_000;

/** Ids that this module's own database holds, or that its script made: whatever they are, a record of one is not lost. */
export const isId = isText(Infinity);

/** Why a record failed. */
export interface SetAsideReason {
  /** In the user's own terms. */
  reason: string;
  /**
   * The kind of failure, in one word: how a script failed, `refused` when a store refused the result, `reserved` when the id
   * belongs to Spark, `not-a-copy` when another document has its id, `not-deleted` when a store refuses to delete a copy.
   */
  kind: string;
  /** 1-based line in the user's own program; null when unknown. */
  line: number | null;
  column: number | null;
}

/** A record that waits until it is changed, deleted or rerun successfully, while everything else continues. */
export interface SetAsideRecord extends SetAsideReason, Reading {
  /** The document at its source. */
  documentId: string;
  /** The id of the refused copy, when it differs from the document's. It is then the record's key. */
  copyId?: string;
  /** Orders the versions of one record: the etag, at its source, of the version that failed. */
  etag: Etag;
  /** When it last failed, and (`firstAt`) when it first failed; milliseconds since 1970. */
  at: number;
  firstAt: number;
  /** How often it has failed since it was first set aside. */
  count: number;
  /**
   * Its rerun succeeded and was published up to this etag. Kept until the reading ends, because a reader that is restored to an
   * earlier etag receives everything again except this.
   */
  publishedIn?: Etag;
}

/** Whether a document is such an entry. */
export const isSetAsideRecord: Guard<SetAsideRecord> = isObjectOf(
  {
    documentId: isId,
    etag: isWhole,
    at: isWhole,
    firstAt: isWhole,
    count: isWhole,
    generation: isWhole,
    incarnation: isText(),
    reason: isText(),
    kind: isText(),
    line: isNullOr(isWhole),
    column: isNullOr(isWhole),
  },
  { copyId: isId, publishedIn: isWhole, ids: isOneOf('ravendb', 'sqlite') },
);

/** A failure as it is reported. */
export interface SetAsideFailure extends SetAsideReason {
  documentId: string;
  copyId?: string;
  etag: Etag;
}

/** One reading of the source from its first document. */
export interface Reading {
  generation: number;
  /** Unlike generation numbers, unique: those repeat after their keeper has lost its records. */
  incarnation: string;
  /** How the source compares its ids. Absent: `UNNAMED_RULE`. */
  ids?: IdRule;
}

/** Whether an id is stored in an entry unchanged, rather than as `keepable` replaced it. */
export function isKeptWhole(id: string): boolean {
  return id.length < LONGEST_TEXT && !id.includes('\ufffd');
}

// Failing documents may contain texts of any length, or that no store keeps.
export function keepable({ reason, ...failure }: SetAsideFailure): SetAsideFailure {
  const { documentId, copyId } = failure;
  return {
    ...failure,
    documentId: documentId.toWellFormed(),
    ...(copyId === undefined ? {} : { copyId: copyId.toWellFormed().slice(0, LONGEST_TEXT) }),
    reason: reason.toWellFormed().slice(0, LONGEST_TEXT),
  };
}
