import type { Etag } from '@nestjs-spark/contracts';
import type { Reading, SetAsideFailure } from './record.ts';

/** How many are set aside now: read at the source, so that no report is older than the list beside it. */
export interface Counted {
  readonly count: number;
}

/** What every user does: report that a record failed, or that it succeeded. */
interface Kept extends Counted {
  /** The key of an id, by the rule of its source. */
  keyOf(id: string): string;
  add(failures: readonly SetAsideFailure[]): Promise<void>;
  /**
   * Clears a record that succeeded or is gone.
   * @param etag the version that this is about; a later one that was set aside meanwhile stays
   */
  clear(key: string, etag: Etag): Promise<void>;
}

/** For code that processes records in their order. */
export interface SetAsideFailures extends Kept {
  /** Nothing is remembered of any record, so none has to be looked for. */
  readonly isEmpty: boolean;
  isOpen(key: string): boolean;
  /** The etag of the version that failed; null when the record is not set aside. */
  etagOf(key: string): Etag | null;
}

/** For code that reruns records. */
export interface SetAsideReruns extends Kept {
  /** Reads what other instances have set aside meanwhile. */
  refresh(): Promise<void>;
  /** The ids, at the source, of those that are kept with their reasons. */
  documents(): string[];
  /** Those whose rerun was published after `to`, so that a reader at `to` does not have it. */
  publishedAfter(to: Etag): string[];
  etagOf(key: string): Etag | null;
  /** Records that a rerun succeeded, unless a later version was set aside meanwhile. */
  settle(key: string, etag: Etag, publishedIn: Etag): Promise<void>;
}

/** For code that writes records into a store that may refuse them. */
export interface SetAsideRefusals extends Kept {
  /** Whether it is of this reading, and compares ids by the same rule. */
  isFor(reading: Reading): boolean;
  /** Whether a record was refused. */
  has(key: string): boolean;
  /** The keys of what was refused. */
  copies(): string[];
  /** Those that were set aside for one kind of reason. */
  ofKind(kind: string): { documentId: string; copyId: string; etag: Etag }[];
  /** Removes entries that turned out to be unnecessary, unless another instance has written the same since. */
  withdraw(keys: readonly string[]): Promise<void>;
  /**
   * Records that something was published or applied, up to `to`, which shows that this instance is not late. Entries of other
   * readings are then removed, because everything is read again.
   */
  published(to: Etag): Promise<void>;
}
