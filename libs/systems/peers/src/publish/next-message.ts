import type { PeerEvent } from '../merge/event.ts';
import type { PeerFile } from '../receive/peer-file.ts';
import type { Claims } from './claims.ts';
import { type Batch, nextBatch } from './next-batch.ts';

interface Message {
  readonly origin: string;
  /** The message that is known to be the last of its origin. */
  readonly tail: number;
  readonly claims: Claims;
}

/** Without events. `join`: the origin begins; `ack`: how far the node has read. */
export interface Sign extends Message {
  readonly kind: 'join' | 'ack';
  /** The last number of the origin that is in the log. */
  readonly last: number;
}

/** What a node says next. */
export type Outgoing =
  Sign | (Message & { readonly kind: 'events'; readonly events: readonly [PeerEvent, ...PeerEvent[]] });

/**
 * What earlier runs have left comes first, then the origin of this one, then its events. A node without anything to say
 * acknowledges what it has read: nobody could know otherwise that the log is not needed up to there.
 * @param mayAck whether it is time to acknowledge something
 * @returns null when there is nothing to say
 */
export function nextMessage(file: PeerFile, mayAck: boolean): Outgoing | null {
  const batch = nextBatch(file);
  const { current: origin, acked, position } = file;
  if (batch && batch.origin !== origin) return withEvents(file, batch);
  const { tail = 0, confirmed: last = 0 } = file.own(origin) ?? {};
  const stable = file.stableOf(origin);
  // It begins with what its origin before has acknowledged: what it has read since may not be acted upon yet.
  const begun: Claims = { ack: acked, at: acked, stable };
  if (tail === 0) return { kind: 'join', origin, tail, last, claims: begun };
  if (batch) return withEvents(file, batch);
  // Acknowledging what others have acknowledged would have no end.
  if (!mayAck || file.news <= acked || file.backlog > 0) return null;
  return { kind: 'ack', origin, tail, last, claims: { ack: position, at: position, stable } };
}

/**
 * All that is applied is acknowledged when nothing else is left to be published, so that no own change from before comes
 * after it; otherwise no more than by the message before.
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
