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
  /** Up to where its node has acknowledged the log; snapshots of earlier versions do not say. */
  readonly ack?: number;
  /** Where an operator closed it; null when nobody has. */
  readonly closed?: number | null;
}

/** An origin as the log tells of it. */
export interface Member {
  /** Where its join stands. */
  readonly joined: number;
  /** Up to where everything is applied that others wrote, and everything in the log that it wrote before. */
  readonly acked: number;
  /** Where its close stands; null while it is open. */
  readonly closed: number | null;
}

/** Events that people may still ask for, although no node needs them. */
export interface ShownEvents {
  /** Names of events that the lists of conflicts and of stashed changes show. */
  readonly names: ReadonlySet<string>;
  /** Sets of heads whose resolutions are shown. */
  readonly heads: ReadonlySet<string>;
}

/** A part of a file's events, in the order in which it took them. */
export interface TakenRange {
  readonly after: number;
  readonly to: number;
  readonly limit: number;
}

/**
 * A node's file within one transaction, which is kept whole or not at all. Writes of the application do not pass here: they
 * change rows, and the file itself notes the event.
 */
export interface PeerFile {
  /** The last message of the log that is applied, 0 for none. */
  position: number;
  /** The last of them that says more than how far its node has read; 0 for none. */
  news: number;
  /** The origin under which it numbers its events. */
  readonly current: string;
  /** Up to where its own messages have acknowledged this log. */
  readonly acked: number;
  /** How many own events are not known to be in the log. */
  readonly backlog: number;
  /** The latest origin of each node that the log tells of. */
  members(): Member[];
  /** Origins that it numbers or numbered its events under. */
  ownOrigins(): string[];
  /** Up to which number the events of an own origin are known to be on every node. */
  stableOf(origin: string): number;
  noteStable(origin: string, number: number): void;
  /** The last event, in the order in which they were taken, before the first own one that is not in the log. */
  settledTo(): number;
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
  /** Every event of a record that is not past, in the order in which this file took them. */
  history(entity: string, recordId: string): PeerEvent[];
  /**
   * Records that have events of a range, which ends at `last`; null when it was the last one. Those of which a file has one event only,
   * as their head, may be left out.
   */
  recordsTaken(range: TakenRange): { records: RecordName[]; last: number | null };
  /** Events of a record up to one of the file's, in the order in which it took them, past ones included. */
  historyTo(entity: string, recordId: string, to: number): PeerEvent[];
  /** What people may still ask for of a collection. */
  shownEvents(entity: string): ShownEvents;
  /** Keeps an event only to be looked at: it has no part in what a record is. */
  setPast(name: EventName): void;
  /** Removes an event that nobody needs. */
  drop(name: EventName): void;
  /** Keeps an event of a snapshot, which does not count as applied by that. */
  remember(event: PeerEvent): void;
  /** Keeps an event, unless it is here, and counts it as applied. */
  keep(event: PeerEvent): void;
  /**
   * Keeps a write that is the only head of its record from now on, and makes the record look so, which is what most events do. It does
   * not count as applied by that.
   * @param before the record's heads until now
   * @returns false, and does nothing, when it is here
   */
  succeed(event: PeerEvent, before: readonly PeerEvent[]): boolean;
  /** Counts the events of an origin as applied up to a number. */
  noteApplied(last: EventName): void;
  /** Forgets an own event. */
  forget(name: EventName): void;
  heads(entity: string, recordId: string): PeerEvent[];
  /**
   * Several heads are a conflict, which is noted; a single one ends it.
   * @param before the heads until now, as `heads` has told them; whoever has taken back events leaves them out
   */
  setHeads(
    entity: string,
    recordId: string,
    heads: readonly PeerEvent[],
    before?: readonly PeerEvent[],
  ): void;
  /** Conflicts of a collection that met before a time, in milliseconds since 1970: the oldest first, after the conflict `after`. */
  openConflicts(
    entity: string,
    range: { before: number; after: number; limit: number },
  ): { number: number; recordId: string }[];
  /** The resolutions that stand for exactly these heads. */
  resolutions(heads: readonly PeerEvent[]): PeerEvent[];
  /**
   * Makes a record look so, without an event; null for none. Says nothing when it does already.
   * @param by the event that says so, when it is known
   */
  show(entity: string, recordId: string, data: string | null, by?: EventName): void;
  /** Notes a resolution of these heads as an own event. */
  propose(heads: readonly PeerEvent[], content: string | null, version: number): void;
}
