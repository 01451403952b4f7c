/** A page of a list as the console returns it. */
export interface Page<T> {
  items: T[];
  /** Where the next page begins; null at the end. */
  cursor: string | null;
  missing: string[];
  truncated?: boolean;
}

/**
 * Joins consecutive pages. New items shift the rest down, so that a page may begin with the last items of the one before: those are listed once.
 * All other fields are those of the first page.
 * @param keyOf identifies an item
 */
export function joinPages<T, P extends Page<T>>(
  first: P,
  older: readonly Page<T>[],
  keyOf: (item: T) => string = JSON.stringify,
): P {
  const pages: readonly Page<T>[] = [first, ...older];
  const items = new Map(pages.flatMap((page) => page.items).map((item) => [keyOf(item), item]));
  return {
    ...first,
    items: [...items.values()],
    cursor: pages.at(-1)?.cursor ?? null,
    missing: [...new Set(pages.flatMap(({ missing }) => missing))],
    truncated: pages.some(({ truncated }) => truncated === true),
  };
}
