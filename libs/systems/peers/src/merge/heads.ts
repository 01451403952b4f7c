import { type EventName, type Head, isSame } from './event.ts';

/** A head, and what it replaced. */
type SeeingHead = Head & { readonly sees: readonly EventName[] };

/**
 * The heads of a record after an event: those that it has not seen, and itself unless one of them has seen it. The latter
 * happens after a snapshot, which may know more of a record than the log up to its place.
 */
export function mergeHeads<H extends SeeingHead>(heads: readonly H[], event: H): H[] {
  const others = heads.filter((head) => !isSame(head, event) && !hasSeen(event, head));
  return others.some((head) => hasSeen(head, event)) ? others : [...others, event];
}

function hasSeen({ sees }: SeeingHead, event: EventName): boolean {
  return sees.some((seen) => isSame(seen, event));
}

/** The head that is shown, whatever its operation: the one with the highest stamp. */
export function winnerOf<H extends Head>(heads: readonly [H, ...H[]]): H {
  return heads.reduce((winner, head) => (compareHeads(head, winner) > 0 ? head : winner));
}

/** By stamp, then by origin and number, so that no two heads are equal. */
export function compareHeads(one: Head, other: Head): number {
  if (one.hlc !== other.hlc) return one.hlc - other.hlc;
  if (one.origin !== other.origin) return one.origin < other.origin ? -1 : 1;
  return one.number - other.number;
}
