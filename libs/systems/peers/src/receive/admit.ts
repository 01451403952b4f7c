import type { EventName, PeerEvent } from '../merge/event.ts';

/**
 * What is to be done with an event that arrives: it is known already, can be applied, waits for an event that it saw, or
 * does not follow what is known of its origin.
 */
export type Admission = 'known' | 'apply' | 'wait' | 'hole';

/** @param appliedTo the number up to which an origin's events are applied; 0 for none */
export function admit(
  event: Pick<PeerEvent, 'origin' | 'number' | 'sees'>,
  appliedTo: (origin: string) => number,
): Admission {
  const last = appliedTo(event.origin);
  if (event.number <= last) return 'known';
  if (event.number > last + 1) return 'hole';
  return event.sees.every((seen) => isApplied(seen, appliedTo)) ? 'apply' : 'wait';
}

function isApplied({ origin, number }: EventName, appliedTo: (origin: string) => number): boolean {
  return number <= appliedTo(origin);
}
