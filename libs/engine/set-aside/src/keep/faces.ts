import type { Etag } from '@nestjs-spark/contracts';
import type { Reading, SetAsideFailure } from './record.ts';

/** How many are set aside now: read where it is kept, so that no report is older than the list beside it. */
export interface Counted {
  readonly count: number;
}

/** What every user does: say that a record failed, and that it got through. */
interface Kept extends Counted {
  /** The key of an id, by the rule of its source. */
  keyOf(id: string): string;
  add(failures: readonly SetAsideFailure[]): Promise<void>;
  /**
   * Says that a record got through, or is gone.
   * @param etag the version that this is about; a later one that was set aside meanwhile stays
   */
  clear(key: string, etag: Etag): Promise<void>;
}

/** For whoever works through records in their order. */
export interface SetAsideFailures extends Kept {
  /** Nothing is remembered of any record, so none has to be looked for. */
  readonly isEmpty: boolean;
  isOpen(key: string): boolean;
  /** The etag of the version that failed; null when the record is not set aside. */
  etagOf(key: string): Etag | null;
}

/** For whoever runs records again. */
export interface SetAsideReruns extends Kept {
  /** Looks for what somebody else has set aside meanwhile. */
  refresh(): Promise<void>;
  /** The ids, at the source, of those that are kept with their reasons. */
  documents(): string[];
  /** Those that were run again in what somebody at `to` does not have. */
  publishedAfter(to: Etag): string[];
  etagOf(key: string): Etag | null;
  /** Says that a record was run again with success, unless a later version was set aside meanwhile. */
  settle(key: string, etag: Etag, publishedIn: Etag): Promise<void>;
}

/** For whoever writes records into a store that may refuse them. */
export interface SetAsideRefusals extends Kept {
  /** Whether it is of this reading, and ids are told apart by the same rule. */
  isFor(reading: Reading): boolean;
  /** Says whether a record was refused. */
  has(key: string): boolean;
  /** The keys of what was refused. */
  copies(): string[];
  /** Those that were set aside for one kind of reason. */
  ofKind(kind: string): { documentId: string; copyId: string }[];
  /** Takes back what was set aside in vain, unless somebody else has said the same since. */
  withdraw(keys: readonly string[]): Promise<void>;
  /**
   * Says that something was published or applied, up to `to`: whoever can do that is not late itself. What other readings set
   * aside goes then, because it is read again.
   */
  published(to: Etag): Promise<void>;
}
