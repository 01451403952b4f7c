import type { PeerEvent } from '../merge/event.ts';
import type { PeerFile } from '../receive/peer-file.ts';
import { goesOnAfter, NOTHING_SAID, type Said } from './said.ts';

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
 * The oldest events that are not in the log, as far as they fit into a message. What a run has left is published
 * before anything of the next run, which may have seen it. A transaction is published as a whole, and so applied as a whole.
 * @param said what is already in the log, although the file has not read it there yet
 * @returns null when everything is in the log
 */
export function nextBatch(file: PeerFile, said: Said = NOTHING_SAID): Batch | null {
  for (const origin of file.unconfirmedOrigins()) {
    const { number, tail } = goesOnAfter(file.own(origin), said.get(origin));
    const few = file.eventsAfter(origin, number, MOST_EVENTS + 1);
    const isLong = few.length > MOST_EVENTS && few[0]?.tx === few.at(-1)?.tx;
    const [first, ...rest] = isLong ? file.eventsAfter(origin, number, MOST_EVENTS_OF_ONE) : few;
    // What was in a log that is gone and has been replaced since is not said again.
    if (first && first.number - 1 <= Math.max(number, file.loggedTo(origin)))
      return { origin, events: [first, ...fitting(first, contiguous(first, rest))], tail };
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
