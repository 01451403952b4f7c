import {
  isBoolean,
  isNullOr,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import type { Etag } from './change-set.ts';
import type { Witness } from './witness.ts';

/** A requester's statement of how far it has applied a task. The owner trims its log and releases tombstones accordingly. */
export interface Confirmation {
  generation: number;
  incarnation: string;
  /** The owner's database that `to` belongs to; absent from requesters of older versions. */
  databaseId?: string;
  to: Etag;
  /** The owner's clock when `to` was its newest etag, milliseconds since 1970; absent from requesters of older versions. */
  readAt?: number;
  live: boolean;
  /** The witness carried by the applied sets. It survives when the log is rolled back. */
  witness: Witness;
  /** Sequence of the last applied set in the task's log, and when that stream was created. */
  sequence: number;
  streamCreated: string;
  /** The requester's clock, milliseconds since 1970. */
  at: number;
}

/** A requester's message that the log does not continue from its checkpoint. */
export interface ResyncRequest {
  /** Names this request; the sets that answer it carry it. */
  id: string;
  /** What was missing, in words for operators. */
  reason: string;
  /** The requester's position; null when it has none. */
  checkpoint: { generation: number; incarnation: string; databaseId: string; to: Etag } | null;
  /** The set that did not fit the checkpoint, if one was seen. */
  seen: { generation: number; databaseId: string; from: Etag; to: Etag } | null;
  /** Start again from the first document and ignore the checkpoint, as requested by an operator. */
  fromStart?: boolean;
  at: number;
}

/** Whether a value on the board is a confirmation. */
export const isConfirmation: Guard<Confirmation> = isObjectOf(
  {
    generation: isWhole,
    incarnation: isText(),
    to: isWhole,
    live: isBoolean,
    witness: isObjectOf({ number: isWhole, mark: isText() }),
    sequence: isWhole,
    streamCreated: isText(),
    at: isWhole,
  },
  { databaseId: isText(), readAt: isWhole },
);

/** Whether a value on the board is a resync request. */
export const isResyncRequest: Guard<ResyncRequest> = isObjectOf(
  {
    id: isText(),
    reason: isText(),
    checkpoint: isNullOr(
      isObjectOf({ generation: isWhole, incarnation: isText(), databaseId: isText(), to: isWhole }),
    ),
    seen: isNullOr(isObjectOf({ generation: isWhole, databaseId: isText(), from: isWhole, to: isWhole })),
    at: isWhole,
  },
  { fromStart: isBoolean },
);
