import type { PeerEvent } from '../merge/event.ts';
import type { PeerFile } from '../receive/peer-file.ts';
import type { Claims } from './claims.ts';
import { type Batch, nextBatch } from './next-batch.ts';
import { goesOnAfter, NOTHING_SAID, type Said, type SaidTo } from './said.ts';

interface Message {
  readonly origin: string;
  /** The last known message of its origin. */
  readonly tail: number;
  readonly claims: Claims;
}

/** A message without events. `join`: the origin begins; `ack`: the position that the node has read. */
export interface Sign extends Message {
  readonly kind: 'join' | 'ack';
  /** Of an `ack`: the stamp below which lone deletes are forgotten at its place in the log. */
  readonly expire?: number;
  /** The origin's last number that is in the log. */
  readonly last: number;
}

/** A node's next message. */
export type Outgoing =
  Sign | (Message & { readonly kind: 'events'; readonly events: readonly [PeerEvent, ...PeerEvent[]] });

/**
 * What earlier runs have left comes first, then the origin of this one, then its events. A node without anything to say
 * acknowledges what it has read: nobody could know otherwise that the log is not needed up to there.
 * @param mayAck whether it is time to acknowledge something
 * @param said what is already in the log, although the file has not read it there yet
 * @param expire the stamp below which lone deletes are to be forgotten; null for none
 * @returns null when there is nothing to say
 */
export function nextMessage(
  file: PeerFile,
  mayAck: boolean,
  said: Said = NOTHING_SAID,
  expire: number | null = null,
): Outgoing | null {
  const batch = nextBatch(file, said);
  const { current: origin, acked, position } = file;
  if (batch && batch.origin !== origin) return withEvents(file, batch, said.get(batch.origin));
  const { number: last, tail } = goesOnAfter(file.own(origin), said.get(origin));
  const stable = file.stableOf(origin);
  // A join only repeats what the previous origin acknowledged: what was read since must not be relied upon yet.
  const begun: Claims = { ack: acked, at: acked, stable };
  if (tail === 0) return { kind: 'join', origin, tail, last, claims: begun };
  if (batch) return withEvents(file, batch, said.get(origin));
  // Acknowledging what others have acknowledged would have no end.
  const isDue = expire !== null || (mayAck && file.news > acked);
  if (!isDue || file.backlog > 0) return null;
  const read: Claims = { ack: position, at: position, stable };
  return { kind: 'ack', origin, tail, last, claims: read, ...(expire !== null && { expire }) };
}

/**
 * Acknowledges everything applied if these are the last own events to publish, so that no earlier change of this node follows;
 * otherwise no more than the previous message.
 */
function withEvents(file: PeerFile, { origin, events, tail }: Batch, said: SaidTo | undefined): Outgoing {
  const { position, backlog } = file;
  const acked = Math.max(file.acked, said?.claims.ack ?? 0);
  const at = Math.max(position, acked, said?.claims.at ?? 0);
  const claims: Claims = {
    ack: backlog === events.length ? at : acked,
    at,
    stable: file.stableOf(origin),
  };
  return { kind: 'events', origin, events, tail, claims };
}

/** How far an origin is published once the log has stored a message. */
export function saidBy(message: Outgoing, sequence: number): SaidTo {
  const number = message.kind === 'events' ? (message.events.at(-1)?.number ?? 0) : message.last;
  return { number, tail: sequence, claims: message.claims };
}
