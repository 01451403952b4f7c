import type { EventName, PeerEvent } from '../merge/event.ts';

/** One of a file's own origins; each run of its process has another. */
export interface OwnOrigin {
  /** The number of its last event. */
  readonly written: number;
  /** The number up to which its events are known to be in the log. */
  readonly confirmed: number;
  /** The sequence of its last message in the log; 0 if none. */
  readonly tail: number;
}

/** Identifies a record across collections. */
export interface RecordName {
  readonly entity: string;
  readonly recordId: string;
}

/** An origin as known here from the log. */
export interface LoggedOrigin extends EventName {
  /** The sequence of its last message. */
  readonly tail: number;
  /** The node that the origin belongs to; null if unknown. */
  readonly node: string | null;
  /** The position up to which its node has acknowledged the log; absent in snapshots of earlier versions. */
  readonly ack?: number;
  /** The position at which an operator closed it; null if it is open. */
  readonly closed?: number | null;
  /** The latest change of the protocol that its node knows; absent in snapshots of earlier versions. */
  readonly knows?: number;
}

/** An origin's membership according to the log. */
export interface Member {
  /** The position of its join. */
  readonly joined: number;
  /** The position up to which the node has applied everything that others wrote, with everything it wrote before in the log. */
  readonly acked: number;
  /** The position of its close; null while it is open. */
  readonly closed: number | null;
}

/** Events that people may still request although no node needs them. */
export interface ShownEvents {
  /** Names of events in the lists of conflicts and stashed changes. */
  readonly names: ReadonlySet<string>;
  /** Sets of heads whose resolutions are shown. */
  readonly heads: ReadonlySet<string>;
}

/** A range of a file's events, in the order in which they were applied here. */
export interface TakenRange {
  readonly after: number;
  readonly to: number;
  readonly limit: number;
}

/**
 * A node's file within one transaction, which is committed as a whole or not at all. Writes of the application do not go through it: the
 * file itself records their events.
 */
export interface PeerFile {
  /** The last applied message of the log; 0 if none. */
  position: number;
  /** The stamp below which lone deletes were forgotten, as of the log or a snapshot; 0 if none were. */
  horizon: number;
  /** The last applied message that says more than how far its node has read; 0 if none. */
  news: number;
  /** The origin under which it currently numbers its events. */
  readonly current: string;
  /** The position up to which its own messages have acknowledged this log. */
  readonly acked: number;
  /** The number of own events that are not known to be in the log. */
  readonly backlog: number;
  /** The latest origin of each node known from the log. */
  members(): Member[];
  /** Origins that it numbers or numbered its events under. */
  ownOrigins(): string[];
  /** The number up to which the events of an own origin are known to be on every node. */
  stableOf(origin: string): number;
  noteStable(origin: string, number: number): void;
  /** The last event, in the order in which they were taken, before the first own event that is not in the log. */
  settledTo(): number;
  own(origin: string): OwnOrigin | null;
  setOwn(origin: string, own: OwnOrigin): void;
  /** All origins, each with its `loggedTo`. */
  loggedOrigins(): LoggedOrigin[];
  /** Counts the events of an origin as applied up to the number that a snapshot covers. */
  coverOrigin(origin: LoggedOrigin): void;
  /** Records the sequence of an origin's last message. */
  noteTail(origin: string, sequence: number): void;
  /** Own origins with unconfirmed events, in the order in which they were taken. */
  unconfirmedOrigins(): string[];
  /** Starts numbering under another origin. */
  takeOrigin(origin: string): void;
  /** Records that a new life began, and which events it renumbered. */
  noteLife(why: string, renumbered: readonly EventName[]): void;
  /** The number up to which the events of an origin are applied, including its own; 0 if none. */
  appliedTo(origin: string): number;
  /**
   * The number up to which an origin's events were read in this log, or in one that it replaced. Nodes must decide alike: what only this
   * file knows must not count, and what others know from the previous log must not be missing.
   */
  loggedTo(origin: string): number;
  /** Whether an operator gave up messages after the last one that was read from this origin. */
  mayLack(origin: string): boolean;
  event(name: EventName): PeerEvent | null;
  /** Events of one origin after a number, in order. */
  eventsAfter(origin: string, number: number, limit: number): PeerEvent[];
  /** Records with heads after a given record, and up to another one if given, in an order that is the same in every file. */
  recordsAfter(last: RecordName | null, limit: number, to?: RecordName | null): RecordName[];
  /** Records with a DELETE below a stamp that is not marked as past, whether it is a head or not. */
  deletedBefore(stamp: number): RecordName[];
  /** Records an own DELETE that replaces these heads, which are all of their record's. */
  retract(heads: readonly PeerEvent[]): void;
  /** Lists own events as stashed changes: what they wrote is not shown, although nobody has replaced it knowingly. */
  setAside(names: readonly EventName[]): void;
  /** Every event of a record that is not marked as past, in the order in which this file took them. */
  history(entity: string, recordId: string): PeerEvent[];
  /**
   * Records that have events of a range, which ends at `last`; null when it was the last one. Records with a single event in the
   * file, which is their head, may be left out.
   */
  recordsTaken(range: TakenRange): { records: RecordName[]; last: number | null };
  /** Events of a record up to one of the file's events, in the order in which it took them, including past ones. */
  historyTo(entity: string, recordId: string, to: number): PeerEvent[];
  /** The events of a collection that people may still request. */
  shownEvents(entity: string): ShownEvents;
  /** Keeps an event for display only: it no longer affects the state of its record. */
  setPast(name: EventName): void;
  /** Removes an event that is no longer needed. */
  drop(name: EventName): void;
  /** Stores an event of a snapshot without counting it as applied. */
  remember(event: PeerEvent): void;
  /** Stores an event unless it is known, and counts it as applied. */
  keep(event: PeerEvent): void;
  /**
   * Stores a write that becomes the only head of its record, and updates the record accordingly, which is what most events do. Does not
   * count it as applied.
   * @param before the record's previous heads
   * @returns false, and does nothing, when it is already stored
   */
  succeed(event: PeerEvent, before: readonly PeerEvent[]): boolean;
  /**
   * The same for many writes, one for each record, of records that are new to the file. Event tables do not show them until `showLatest`.
   * @returns those that were not stored, because the file knows the record or an event, or a table rejects one of them
   */
  fill(events: readonly PeerEvent[]): PeerEvent[];
  /** Adds the latest events to event tables that lack them. */
  showLatest(): void;
  /** Counts the events of an origin as applied up to a number. */
  noteApplied(last: EventName): void;
  /** Forgets an own event. */
  forget(name: EventName): void;
  heads(entity: string, recordId: string): PeerEvent[];
  /** The heads of the records after one, up to and including another, in the order of `recordsAfter`. */
  headsBetween(after: RecordName | null, to: RecordName): PeerEvent[];
  /**
   * Several heads are a conflict, which is noted; a single one ends it.
   * @param before the previous heads, as returned by `heads`; omitted by callers that have undone events
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
  /** The resolutions for exactly these heads. */
  resolutions(heads: readonly PeerEvent[]): PeerEvent[];
  /**
   * Sets the content of a record without an event; null removes it. Does nothing if the content is the same.
   * @param by the event that determines the content, if known
   */
  show(entity: string, recordId: string, data: string | null, by?: EventName): void;
  /** Records a resolution of these heads as an own event. */
  propose(heads: readonly PeerEvent[], content: string | null, version: number): void;
}
