import { type EventName, type Head, isSame } from './event.ts';

/** The heads of a record after an event: those that it has not seen, and itself. */
export function mergeHeads<H extends Head>(
  heads: readonly H[],
  event: H & { sees: readonly EventName[] },
): H[] {
  return [...heads.filter((head) => !event.sees.some((seen) => isSame(seen, head))), event];
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
