import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import {
  isListOf,
  isNullOr,
  isObjectOf,
  isText,
  isWhole,
  isBoolean,
  type Guard,
} from '@nestjs-spark/foundation/internal';

/** `content` runs the script over each document; `ids` only compares which documents there are, and their etags. */
export type Depth = 'content' | 'ids';

/** A copy that the script makes, with the hash of its content (`markOf`). */
export interface ExpectedCopy {
  id: string;
  mark: string;
}

/** One of the owner's documents. */
export interface ExpectedDocument {
  id: string;
  /** Its etag; 0 if it was looked up by id. */
  etag: Etag;
  /** What the script makes of it; null if it fails; absent if it was not run. */
  copies?: ExpectedCopy[] | null;
}

/** The owner's answer about some documents of a task. */
export interface Expected {
  databaseId: string;
  /** Fingerprint of the script it runs. */
  script: string;
  /** The source's last etag before they were read, and after. */
  before: Etag;
  after: Etag;
  documents: ExpectedDocument[];
}

/** A part of the source, in the order of its changes. */
export interface ExpectedPage extends Expected {
  /** Everything up to here is in this page or an earlier one. */
  to: Etag;
  drained: boolean;
}

/** Asks the owner what copies of its documents should look like; aborting the signal cancels the question. */
export interface VerifySource {
  /** @throws {UnavailableError} when the owner does not answer, or does not carry the task */
  page(task: TaskKey, from: Etag, depth: Depth, signal: AbortSignal): Promise<ExpectedPage>;
  /** For these documents, or some of them; one that is gone has no copies. */
  documents(task: TaskKey, ids: readonly string[], signal: AbortSignal): Promise<Expected>;
}

/** Maximum number of documents per request by id. */
export const MOST_DOCUMENTS = 250;

const EXPECTED = {
  databaseId: isText(),
  script: isText(),
  before: isWhole,
  after: isWhole,
  documents: isListOf(
    isObjectOf(
      { id: isText(), etag: isWhole },
      { copies: isNullOr(isListOf(isObjectOf({ id: isText(), mark: isText(64) }))) },
    ),
  ),
};

export const isExpected: Guard<Expected> = isObjectOf(EXPECTED);
export const isExpectedPage: Guard<ExpectedPage> = isObjectOf({
  ...EXPECTED,
  to: isWhole,
  drained: isBoolean,
});
