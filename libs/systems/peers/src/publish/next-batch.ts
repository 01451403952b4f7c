import type { PeerEvent } from '../merge/event.ts';
import type { PeerFile } from '../receive/peer-file.ts';

export const MOST_EVENTS = 200;
export const MOST_BYTES = 256 * 1024;
/** Limits of a transaction: below them it is never split. The limits of a message follow from them. */
const MOST_EVENTS_OF_ONE = 10_000;
const MOST_BYTES_OF_ONE = 32 * 1024 * 1024;

/** What a node publishes next: events of one of its origins, following the last known message of that origin. */
export interface Batch {
  readonly origin: string;
  readonly events: readonly [PeerEvent, ...PeerEvent[]];
  readonly tail: number;
}

/**
 * The oldest events that are not in the log, as many as fit into a message. Events left over from an earlier run are published before those of the
 * next one, which may have seen them. A transaction is published, and therefore applied, as a whole.
 * @returns null if everything is in the log
 */
export function nextBatch(file: PeerFile): Batch | null {
  for (const origin of file.unconfirmedOrigins()) {
    const own = file.own(origin);
    if (!own) continue;
    const few = file.eventsAfter(origin, own.confirmed, MOST_EVENTS + 1);
    const isLong = few.length > MOST_EVENTS && few[0]?.tx === few.at(-1)?.tx;
    const [first, ...rest] = isLong ? file.eventsAfter(origin, own.confirmed, MOST_EVENTS_OF_ONE) : few;
    // Events that were in a lost log and have been replaced since are not published again.
    if (first && first.number - 1 <= Math.max(own.confirmed, file.loggedTo(origin)))
      return { origin, events: [first, ...fitting(first, contiguous(first, rest))], tail: own.tail };
  }
  return null;
}

function contiguous(first: PeerEvent, rest: readonly PeerEvent[]): PeerEvent[] {
  return rest.filter(({ number }, at) => number === first.number + 1 + at);
}

/** As many whole transactions as fit; a single one may exceed the limits. */
function fitting(first: PeerEvent, rest: readonly PeerEvent[]): PeerEvent[] {
  const end = endOf(first, rest, MOST_EVENTS, MOST_BYTES);
  const next = rest[end];
  if (!next || next.tx !== (rest[end - 1] ?? first).tx) return rest.slice(0, end);
  const begin = rest.findIndex(({ tx }) => tx === next.tx);
  if (begin > 0 || first.tx !== next.tx) return rest.slice(0, begin);
  const others = rest.findIndex(({ tx }) => tx !== first.tx);
  const whole = others < 0 ? rest : rest.slice(0, others);
  return whole.slice(0, endOf(first, whole, MOST_EVENTS_OF_ONE, MOST_BYTES_OF_ONE));
}

/** How many events fit after the first one. */
function endOf(first: PeerEvent, rest: readonly PeerEvent[], mostEvents: number, mostBytes: number): number {
  let bytes = sizeOf(first);
  const end = rest.findIndex((event, at) => at + 1 >= mostEvents || (bytes += sizeOf(event)) > mostBytes);
  return end < 0 ? rest.length : end;
}

function sizeOf({ data }: PeerEvent): number {
  return Buffer.byteLength(data ?? '');
}
