import { type EventName, type Head, isSame } from './event.ts';

/** A head with the events it replaced. */
type SeeingHead = Head & { readonly sees: readonly EventName[] };

/**
 * The heads that an event does not replace, and the event unless one of them replaces it: a snapshot may know more of a record than the
 * log up to its position.
 */
export function mergeHeads<H extends SeeingHead>(heads: readonly H[], event: H): H[] {
  const others = heads.filter((head) => !isSame(head, event) && !replaces(event, head));
  return others.some((head) => replaces(head, event)) ? others : [...others, event];
}

/** A file's change has seen its earlier ones, whether it says so or not: else one writer could make any number of heads. */
function replaces(later: SeeingHead, event: EventName): boolean {
  if (later.origin === event.origin) return later.number > event.number;
  return later.sees.some((seen) => isSame(seen, event));
}

/** The head that is shown, whatever its operation: the one with the highest stamp. */
export function winnerOf<H extends Head>(heads: readonly [H, ...H[]]): H {
  return heads.reduce((winner, head) => (compareHeads(head, winner) > 0 ? head : winner));
}

/** Compares by stamp, then by origin and number, so that no two heads are equal. */
export function compareHeads(one: Head, other: Head): number {
  if (one.hlc !== other.hlc) return one.hlc - other.hlc;
  if (one.origin !== other.origin) return one.origin < other.origin ? -1 : 1;
  return one.number - other.number;
}
