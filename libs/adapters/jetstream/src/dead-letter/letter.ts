import { nameKey } from '@nestjs-spark/foundation/internal';
import type { Attempt } from './attempts.ts';

/** A message whose handler failed for good. */
export interface DeadLetter {
  /** Names it for `get`, `replay` and `remove`; safe in a URL. */
  id: string;
  /** Whose handler failed. */
  module: string;
  consumer: string;
  /** Where the message was. */
  stream: string;
  subject: string;
  sequence: number;
  /** ISO 8601, as `failedAt`. */
  publishedAt: string;
  failedAt: string;
  /** Every failed attempt with its error, the first one first. */
  attempts: Attempt[];
  /** Deliveries that ended without an answer, as when the process was killed. */
  unanswered: number;
  /** The message's own headers. */
  headers: Record<string, string>;
}

/** Carries the letter's description; the payload is the original one. */
export const LETTER_HEADER = 'spark-dead-letter';
/** On a replayed message: the only consumer that is to handle it, since the others had no trouble with it. */
export const REPLAY_FOR_HEADER = 'spark-replay-for';

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

/** Nothing that could mean more than one letter gets through. */
export function isLetterId(id: string): boolean {
  return ID.test(id);
}
