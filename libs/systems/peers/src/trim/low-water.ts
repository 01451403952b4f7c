import type { Member } from '../receive/peer-file.ts';

/** The position up to which nobody needs the log any more, as of a position. It follows from the log alone, so every node gets the same. */
export function lowWater(members: readonly Member[], place: number): number {
  const open = members.filter(({ joined, closed }) => joined <= place && (closed === null || closed > place));
  return open.length === 0 ? 0 : Math.min(place, ...open.map(({ acked }) => acked));
}

/** The same for what a file has read. */
export function lowWaterOf(file: { members(): Member[]; readonly position: number }): number {
  return lowWater(file.members(), file.position);
}
