/** Lines of a compiled program before the user's first. */
export const LINES_BEFORE = 2;

/** A text to insert before the character at `at`. */
export interface Insertion {
  at: number;
  text: string;
}

/** A text with insertions that add no lines, and the mapping back to positions in the original. */
export interface EditedText {
  text: string;
  /** By 0-based line: where something was inserted in the edited line, and its length. */
  shifts: Record<number, { column: number; length: number }[]>;
}

/** Applies insertions; those at the same position keep their order. */
export function insertAll(original: string, insertions: readonly Insertion[]): EditedText {
  const ordered = insertions.map((insertion, order) => ({ ...insertion, order }));
  ordered.sort((a, b) => a.at - b.at || a.order - b.order);
  const shifts: EditedText['shifts'] = {};
  let text = '';
  let taken = 0;
  let line = 0;
  let lineStart = 0;
  for (const { at, text: added } of ordered) {
    for (
      let next = original.indexOf('\n', taken);
      next >= 0 && next < at;
      next = original.indexOf('\n', next + 1)
    ) {
      line++;
      lineStart = text.length + (next + 1 - taken);
    }
    text += original.slice(taken, at);
    (shifts[line] ??= []).push({ column: text.length - lineStart, length: added.length });
    text += added;
    taken = at;
  }
  return { text: text + original.slice(taken), shifts };
}

/** The 0-based column in the original for a column of the edited text. */
export function originalColumn(shifts: EditedText['shifts'], line: number, column: number): number {
  let shift = 0;
  for (const { column: start, length } of shifts[line] ?? []) {
    if (start >= column) break;
    shift += Math.min(length, column - start);
  }
  return column - shift;
}
