import type { EventName, PeerEvent } from '../merge/event.ts';

/** One of a file's own origins: each run of its process has another one. */
export interface OwnOrigin {
  /** The number of the last event. */
  readonly written: number;
  /** Up to where its events are known to be in the log. */
  readonly confirmed: number;
  /** The sequence of its last message in the log; 0 for none. */
  readonly tail: number;
}

/** A record among all collections. */
export interface RecordName {
  readonly entity: string;
  readonly recordId: string;
}

/** An origin as far as the log is known here. */
export interface LoggedOrigin extends EventName {
  /** The sequence of its last message. */
  readonly tail: number;
  /** The node that it is a run of; null when nobody has said. */
  readonly node: string | null;
}

/**
 * A node's file within one transaction, which is kept whole or not at all. Writes of the application do not pass here: they
 * change rows, and the file itself notes the event.
 */
export interface PeerFile {
  /** The last message of the log that is applied, 0 for none. */
  position: number;
  own(origin: string): OwnOrigin | null;
  setOwn(origin: string, own: OwnOrigin): void;
  /** Every origin, each with `loggedTo`. */
  loggedOrigins(): LoggedOrigin[];
  /** Counts the events of an origin as applied up to a number that a snapshot covers. */
  coverOrigin(origin: LoggedOrigin): void;
  /** Notes the sequence of an origin's last message. */
  noteTail(origin: string, sequence: number): void;
  /** Own origins that have events which are not confirmed, in the order in which they were taken. */
  unconfirmedOrigins(): string[];
  /** Begins to number under another origin. */
  takeOrigin(origin: string): void;
  /** Notes that a new life began, and which events it has renumbered. */
  noteLife(why: string, renumbered: readonly EventName[]): void;
  /** Up to where the events of an origin are applied, its own included; 0 for none. */
  appliedTo(origin: string): number;
  /**
   * Up to where an origin's events were read in the log, or in one that it has replaced: what this file alone knows must not decide
   * what others decide alike, and what others know from the log before must not be unknown here.
   */
  loggedTo(origin: string): number;
  /** Whether an operator has given up messages after the origin's last one that was read. */
  mayLack(origin: string): boolean;
  event(name: EventName): PeerEvent | null;
  /** Events of one origin after a number, in order. */
  eventsAfter(origin: string, number: number, limit: number): PeerEvent[];
  /** Records that have heads, after a record in an order of their own. */
  recordsAfter(last: RecordName | null, limit: number): RecordName[];
  /** Every event of a record, in the order in which this file took them. */
  history(entity: string, recordId: string): PeerEvent[];
  /** Keeps an event of a snapshot, which does not count as applied by that. */
  remember(event: PeerEvent): void;
  /** Keeps an event, unless it is here, and counts it as applied. */
  keep(event: PeerEvent): void;
  /** Forgets an own event. */
  forget(name: EventName): void;
  heads(entity: string, recordId: string): PeerEvent[];
  /** Several heads are a conflict, which is noted; a single one ends it. */
  setHeads(entity: string, recordId: string, heads: readonly PeerEvent[]): void;
  /** Conflicts of a collection that met before a time, in milliseconds since 1970: the oldest first, after the conflict `after`. */
  openConflicts(
    entity: string,
    range: { before: number; after: number; limit: number },
  ): { number: number; recordId: string }[];
  /** The resolutions that stand for exactly these heads. */
  resolutions(heads: readonly PeerEvent[]): PeerEvent[];
  /** Makes a record look so, without an event; null for none. Says nothing when it does already. */
  show(entity: string, recordId: string, data: string | null): void;
  /** Notes a resolution of these heads as an own event. */
  propose(heads: readonly PeerEvent[], content: string | null, version: number): void;
}
