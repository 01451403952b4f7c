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

/** A copy that the script makes, with the mark of its content (`markOf`). */
export interface ExpectedCopy {
  id: string;
  mark: string;
}

/** One of the owner's documents. */
export interface ExpectedDocument {
  id: string;
  /** Its etag; 0 where it was looked up by its id. */
  etag: Etag;
  /** What the script makes of it; null where it fails; absent where it was not run. */
  copies?: ExpectedCopy[] | null;
}

/** What the owner says of some documents of a task. */
export interface Expected {
  databaseId: string;
  /** Fingerprint of the script that it runs. */
  script: string;
  /** The source's last etag before they were read, and after. */
  before: Etag;
  after: Etag;
  documents: ExpectedDocument[];
}

/** A part of the source, in the order of its changes. */
export interface ExpectedPage extends Expected {
  /** Everything up to here is in this page, or in one before it. */
  to: Etag;
  drained: boolean;
}

/** Asks the owner what copies of its documents have to be like; a question is given up when its signal aborts. */
export interface VerifySource {
  /** @throws {UnavailableError} when the owner does not answer, or does not carry the task */
  page(task: TaskKey, from: Etag, depth: Depth, signal: AbortSignal): Promise<ExpectedPage>;
  /** Of these documents, or some of them; one that is gone has no copies. */
  documents(task: TaskKey, ids: readonly string[], signal: AbortSignal): Promise<Expected>;
}

/** How many documents are asked for by their ids at once. */
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
