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

/**
 * A node's file within one transaction, which is kept whole or not at all. Writes of the application do not pass here: they
 * change rows, and the file itself notes the event.
 */
export interface PeerFile {
  /** The last message of the log that is applied, 0 for none. */
  position: number;
  own(origin: string): OwnOrigin | null;
  setOwn(origin: string, own: OwnOrigin): void;
  /** Own origins that have events which are not confirmed, in the order in which they were taken. */
  unconfirmedOrigins(): string[];
  /** Begins to number under another origin. */
  takeOrigin(origin: string): void;
  /** Up to where the events of an origin are applied, its own included; 0 for none. */
  appliedTo(origin: string): number;
  event(name: EventName): PeerEvent | null;
  /** Events of one origin behind a number, in order. */
  eventsAfter(origin: string, number: number, limit: number): PeerEvent[];
  /** Every event of a record, in the order in which this file took them. */
  history(entity: string, recordId: string): PeerEvent[];
  /** Keeps an event, and counts it as applied. */
  keep(event: PeerEvent): void;
  /** Forgets an own event. */
  forget(name: EventName): void;
  heads(entity: string, recordId: string): PeerEvent[];
  /** Several heads are a conflict, which is noted; a single one ends it. */
  setHeads(entity: string, recordId: string, heads: readonly PeerEvent[]): void;
  /** The resolutions that stand for exactly these heads. */
  resolutions(heads: readonly PeerEvent[]): PeerEvent[];
  /** Makes a record look so, without an event; null for none. Says nothing when it does already. */
  show(entity: string, recordId: string, data: string | null): void;
  /** Notes a resolution of these heads as an own event. */
  propose(heads: readonly PeerEvent[], content: string | null, version: number): void;
}
