import {
  describeError,
  isListOf,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';

/** One failed attempt of a handler. */
export interface Attempt {
  /** 1 for the first. */
  number: number;
  /** When it failed, ISO 8601. */
  at: string;
  error: string;
}

const LONGEST_ERROR = 1_000;
const MOST_ATTEMPTS = 1_000;

export const isAttempt: Guard<Attempt> = isObjectOf({ number: isWhole, at: isText(), error: isText() });
const areAttempts = isListOf(isAttempt, MOST_ATTEMPTS);

/** Parses the attempts in a value of the bucket. A value that Spark did not write counts as no earlier attempts. */
export function readAttempts(text: string): Attempt[] {
  try {
    const value: unknown = JSON.parse(text);
    return areAttempts(value) ? value : [];
  } catch {
    return [];
  }
}

/** As `describeError`, but bounded, since it travels in a header. */
export function describeAttempt(error: unknown): string {
  return describeError(error).slice(0, LONGEST_ERROR);
}
