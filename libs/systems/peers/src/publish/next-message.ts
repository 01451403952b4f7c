import type { PeerEvent } from '../merge/event.ts';
import type { PeerFile } from '../receive/peer-file.ts';
import type { Claims } from './claims.ts';
import { type Batch, nextBatch } from './next-batch.ts';

interface Message {
  readonly origin: string;
  /** The last known message of its origin. */
  readonly tail: number;
  readonly claims: Claims;
}

/** A message without events. `join`: the origin begins; `ack`: the position that the node has read. */
export interface Sign extends Message {
  readonly kind: 'join' | 'ack';
  /** The origin's last number that is in the log. */
  readonly last: number;
}

/** A node's next message. */
export type Outgoing =
  Sign | (Message & { readonly kind: 'events'; readonly events: readonly [PeerEvent, ...PeerEvent[]] });

/**
 * First what earlier runs have left, then this run's join, then its events. A node with nothing to publish acknowledges what it has read: otherwise
 * others could not know that it no longer needs the log up to there.
 * @param mayAck whether it is time for an acknowledgement
 * @returns null if there is nothing to publish
 */
export function nextMessage(file: PeerFile, mayAck: boolean): Outgoing | null {
  const batch = nextBatch(file);
  const { current: origin, acked, position } = file;
  if (batch && batch.origin !== origin) return withEvents(file, batch);
  const { tail = 0, confirmed: last = 0 } = file.own(origin) ?? {};
  const stable = file.stableOf(origin);
  // A join only repeats what the previous origin acknowledged: what was read since must not be relied upon yet.
  const begun: Claims = { ack: acked, at: acked, stable };
  if (tail === 0) return { kind: 'join', origin, tail, last, claims: begun };
  if (batch) return withEvents(file, batch);
  // Acknowledging acknowledgements would never end.
  if (!mayAck || file.news <= acked || file.backlog > 0) return null;
  return { kind: 'ack', origin, tail, last, claims: { ack: position, at: position, stable } };
}

/**
 * Acknowledges everything applied if nothing else remains to be published, so that no earlier change of this node follows the acknowledgement;
 * otherwise only what was acknowledged before.
 */
function withEvents(file: PeerFile, { origin, events, tail }: Batch): Outgoing {
  const { position, acked, backlog } = file;
  const at = Math.max(position, acked);
  const claims: Claims = {
    ack: backlog === events.length ? at : acked,
    at,
    stable: file.stableOf(origin),
  };
  return { kind: 'events', origin, events, tail, claims };
}
