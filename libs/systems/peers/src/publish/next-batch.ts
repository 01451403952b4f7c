import type { PeerEvent } from '../merge/event.ts';
import type { PeerFile } from '../receive/peer-file.ts';

export const MOST_EVENTS = 200;
export const MOST_BYTES = 256 * 1024;

/** What a node publishes next: events of one of its origins, after the message that is known to be that origin's last. */
export interface Batch {
  readonly origin: string;
  readonly events: readonly [PeerEvent, ...PeerEvent[]];
  readonly tail: number;
}

/**
 * The oldest events that are not in the log, as far as they fit into a message. What a run has left is published
 * before anything of the next run, which may have seen it.
 * @returns null when everything is in the log
 */
export function nextBatch(file: PeerFile): Batch | null {
  for (const origin of file.unconfirmedOrigins()) {
    const own = file.own(origin);
    if (!own) continue;
    const [first, ...rest] = file.eventsAfter(origin, own.confirmed, MOST_EVENTS);
    // What a snapshot has brought of an own origin has a gap before it, and cannot be said again.
    if (first?.number === own.confirmed + 1)
      return { origin, events: [first, ...fitting(first, contiguous(first, rest))], tail: own.tail };
  }
  return null;
}

function contiguous(first: PeerEvent, rest: readonly PeerEvent[]): PeerEvent[] {
  return rest.filter(({ number }, at) => number === first.number + 1 + at);
}

function fitting(first: PeerEvent, rest: readonly PeerEvent[]): PeerEvent[] {
  let bytes = sizeOf(first);
  const end = rest.findIndex((event) => (bytes += sizeOf(event)) > MOST_BYTES);
  return end < 0 ? [...rest] : rest.slice(0, end);
}

function sizeOf({ data }: PeerEvent): number {
  return Buffer.byteLength(data ?? '');
}
