/** A page of a list, as the console answers it. */
export interface Page<T> {
  items: T[];
  /** Where the next page begins; null at the end. */
  cursor: string | null;
  missing: string[];
  truncated?: boolean;
}

/**
 * Pages that were read one after the other, as one. What has come meanwhile moves the rest down, so a page may begin with what the one
 * before has ended with: that is listed once. What a page says beside its items is that of the first.
 * @param keyOf what two items that are the same have in common
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
