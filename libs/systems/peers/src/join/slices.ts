import { recordKey } from '@nestjs-spark/contracts/internal';
import type { PeerEvent } from '../merge/event.ts';

/** Splits events lazily into slices of at least `least`, except the last one. A record is never split. */
export function* slicesOf(events: Iterable<PeerEvent>, least: number): Generator<PeerEvent[]> {
  let slice: PeerEvent[] = [];
  for (const event of events) {
    const last = slice.at(-1);
    if (last && slice.length >= least && recordKey(last) !== recordKey(event)) {
      yield slice;
      slice = [];
    }
    slice.push(event);
  }
  if (slice.length > 0) yield slice;
}
