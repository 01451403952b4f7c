/** How many characters a misspelled name may differ by. */
const MOST_EDITS = 2;

/** The known name that was probably meant; null when none is close. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const ranked = known
    .filter((one) => Math.abs(one.length - name.length) <= MOST_EDITS)
    .map((one) => ({ one, edits: edits(name.toLowerCase(), one.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best && best.edits <= Math.min(MOST_EDITS, Math.floor(name.length / 2)) ? best.one : null;
}

/** The edits between two names: letters added, left out or replaced, and neighbours in the wrong order. */
function edits(from: string, to: string): number {
  const [letters, others] = [[...from], [...to]];
  let row = Array.from({ length: others.length + 1 }, (_, at) => at);
  let before = row;
  for (const [at, letter] of letters.entries()) {
    const next = [at + 1];
    for (const [column, other] of others.entries()) {
      const [left = 0, above = 0, corner = 0] = [next[column], row[column + 1], row[column]];
      const isSwapped = at > 0 && column > 0 && letter === others[column - 1] && letters[at - 1] === other;
      const swapped = isSwapped ? (before[column - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(left + 1, above + 1, corner + (letter === other ? 0 : 1), swapped));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
