import type { PeerEvent } from '../merge/event.ts';

/** Events in slices of at least so many, the last one aside, none of which ends within a record. */
export function slicesOf(events: readonly PeerEvent[], least: number): PeerEvent[][] {
  const slices: PeerEvent[][] = [];
  let slice: PeerEvent[] = [];
  for (const event of events) {
    const last = slice.at(-1);
    const isSame = last?.recordId === event.recordId && last.entity === event.entity;
    if (!isSame && slice.length >= least) {
      slices.push(slice);
      slice = [];
    }
    slice.push(event);
  }
  return slice.length > 0 ? [...slices, slice] : slices;
}
