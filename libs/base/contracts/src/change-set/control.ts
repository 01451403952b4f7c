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

/** A requester's word on how far it has applied a task; the owner trims its log and releases tombstones by it. */
export interface Confirmation {
  generation: number;
  incarnation: string;
  /** The owner's database that `to` is an etag of; absent from a requester of an older version. */
  databaseId?: string;
  to: Etag;
  /** The owner's clock when `to` was its newest etag, milliseconds since 1970; absent from a requester of an older version. */
  readAt?: number;
  live: boolean;
  /** The witness that the applied sets carried: it outlives a log that is rolled back. */
  witness: Witness;
  /** Sequence in the task's log of the last set applied, and when that stream was created. */
  sequence: number;
  streamCreated: string;
  /** The requester's clock, milliseconds since 1970. */
  at: number;
}

/** A requester's message that the log does not continue what it has. */
export interface ResyncRequest {
  /** Names this request; the sets that answer it carry it. */
  id: string;
  /** What was missing, for people. */
  reason: string;
  /** Where the requester stands; null when it has nothing. */
  checkpoint: { generation: number; incarnation: string; databaseId: string; to: Etag } | null;
  /** The set that did not join, if one was seen. */
  seen: { generation: number; databaseId: string; from: Etag; to: Etag } | null;
  /** Start again from the first document and ignore the checkpoint, as an operator asked. */
  fromStart?: boolean;
  at: number;
}

/** Whether a value of the board is a requester's word on how far it is. */
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

/** Whether a value of the board is a requester's wish to have changes again. */
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
