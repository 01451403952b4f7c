import {
  isBoolean,
  isListOf,
  isObject,
  isObjectOf,
  isText,
  isWhole,
  nameKey,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { isAttempt, type Attempt } from './attempt.ts';

/** A message whose handler failed permanently. */
export interface DeadLetter {
  /** Identifies it for `get`, `replay` and `remove`; safe in a URL. */
  id: string;
  /** The module whose handler failed. */
  module: string;
  consumer: string;
  /** The stream of the message. */
  stream: string;
  subject: string;
  sequence: number;
  /** ISO 8601, like `failedAt`. */
  publishedAt: string;
  failedAt: string;
  /** Every failed attempt with its error, oldest first. */
  attempts: Attempt[];
  /** Deliveries that ended without an acknowledgement, for instance because the process was killed. */
  unanswered: number;
  /** The message's own headers. */
  headers: Record<string, string>;
  /**
   * True when the message left no room for this description beside it: its payload and headers are then only in the original
   * message, and can be read for as long as that exists.
   */
  apart?: boolean;
}

/** Carries the letter's description; the payload is the original one. */
export const LETTER_HEADER = 'spark-dead-letter';
/** On a replayed message: the only consumer that should handle it, since the others had no trouble with it. */
export const REPLAY_FOR_HEADER = 'spark-replay-for';

// The bus limits the size of headers.
const LONGEST = 64 * 1024;
/** Streams that only Spark itself writes: no handler fails on their messages, and none is replayed into them. */
const NEVER_REPLAYED = /^(?:spark\.(?:route|control|dead-letters)\.|\$)/i;
const SERVER_HEADER = /^nats-/i;

const isLetter: Guard<DeadLetter> = isObjectOf(
  {
    id: isText(),
    module: isText(),
    consumer: isText(),
    stream: isText(),
    subject: isText(),
    sequence: isWhole,
    publishedAt: isText(),
    failedAt: isText(),
    attempts: isListOf(isAttempt, 1_000),
    unanswered: isWhole,
    headers: (value): value is Record<string, string> =>
      isObject(value) &&
      Object.entries(value).every(([name, one]) => isText(LONGEST)(one) && !SERVER_HEADER.test(name)),
  },
  { apart: isBoolean },
);

/**
 * Parses the letter in a header; null for one that Spark would not have written there.
 * @param subject where it was found
 */
export function readLetter(text: string, subject: string): DeadLetter | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isLetter(value) || letterSubject(value.id) !== subject) return null;
  return NEVER_REPLAYED.test(value.subject) ? null : value;
}

const PREFIX = 'spark.dead-letters.';
const ID = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}$/;

export function letterSubject(id: string): string {
  return `${PREFIX}${id}`;
}

export function letterSubjects(module: string | undefined): string {
  return `${PREFIX}${module ? `${nameKey(module)}.` : ''}>`;
}

export function letterId(module: string, messageId: string): string {
  return `${nameKey(module)}.${messageId}`;
}

/** Rejects anything that could match more than one letter. */
export function isLetterId(id: string): boolean {
  return ID.test(id);
}
