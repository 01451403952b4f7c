import type { EventName, PeerEvent } from '../merge/event.ts';

/** What becomes of an incoming event. `wait`: it saw an event that is not here yet; `hole`: it leaves a gap within its origin. */
export type Admission = 'known' | 'apply' | 'wait' | 'hole';

/**
 * @param last the number up to which the event's origin is applied; 0 if none
 * @param isApplied whether an event that it saw is applied
 */
export function admit(
  event: Pick<PeerEvent, 'number' | 'sees'>,
  last: number,
  isApplied: (seen: EventName) => boolean,
): Admission {
  if (event.number <= last) return 'known';
  if (event.number > last + 1) return 'hole';
  return event.sees.every(isApplied) ? 'apply' : 'wait';
}
