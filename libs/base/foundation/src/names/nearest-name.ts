/** How many characters a misspelled name may differ by. */
const MOST_EDITS = 2;

/** The known name that was probably meant; null when none is close. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const ranked = known
    .filter((one) => Math.abs(one.length - name.length) <= MOST_EDITS)
    .map((one) => ({ one, edits: edits(name.toLowerCase(), one.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  const [best] = ranked;
  // Half of a short name may be another one: "page" is not a misspelled "take".
  return best && best.edits <= Math.min(MOST_EDITS, Math.floor((name.length + 1) / 3)) ? best.one : null;
}

/** Levenshtein distance in which two letters that have changed places are one edit (optimal string alignment). */
function edits(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let at = 0; at < from.length; at++) {
    const next = [at + 1];
    for (let column = 0; column < to.length; column++) {
      const [left = 0, above = 0, corner = 0] = [next[column], row[column + 1], row[column]];
      const isSwapped = from[at] === to[column - 1] && from[at - 1] === to[column];
      const swapped = isSwapped ? (before[column - 1] ?? Infinity) : Infinity;
      next.push(Math.min(left + 1, above + 1, corner + (from[at] === to[column] ? 0 : 1), swapped + 1));
    }
    [before, row] = [row, next];
  }
  return row.at(-1) ?? 0;
}
