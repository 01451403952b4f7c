/**
 * The greatest sequence from which on there are `wanted` messages, found by bisection, so that a page at the end of a long log
 * costs some twenty small requests rather than reading the whole log.
 * @param last the last sequence that may be the answer
 * @param countFrom how many messages there are from a sequence on
 */
export async function placeFromEnd(
  wanted: number,
  last: number,
  countFrom: (sequence: number) => Promise<number>,
): Promise<number> {
  let enough = 1;
  let tooLate = last + 1;
  while (tooLate - enough > 1) {
    const between = Math.floor((enough + tooLate) / 2);
    const count = await countFrom(between);
    if (count === wanted) return between;
    if (count > wanted) enough = between;
    else tooLate = between;
  }
  return enough;
}
