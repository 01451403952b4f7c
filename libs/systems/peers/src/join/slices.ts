import { recordKey } from '@nestjs-spark/contracts/internal';
import type { PeerEvent } from '../merge/event.ts';

/** Splits events into slices of at least `least`, except the last one. A record is never split. */
export function slicesOf(events: readonly PeerEvent[], least: number): PeerEvent[][] {
  const slices: PeerEvent[][] = [];
  let slice: PeerEvent[] = [];
  for (const event of events) {
    const last = slice.at(-1);
    const isSame = last !== undefined && recordKey(last) === recordKey(event);
    if (!isSame && slice.length >= least) {
      slices.push(slice);
      slice = [];
    }
    slice.push(event);
  }
  return slice.length > 0 ? [...slices, slice] : slices;
}
