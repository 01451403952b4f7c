/** Documents of a page; small enough for documents of a megabyte, large enough that requests do not dominate. */
export const PAGE_SIZE = 128;

/**
 * All documents, read page by page. A page begins after the last id of the one before: counting from the start would miss
 * documents when others are deleted meanwhile.
 * @param read at most `PAGE_SIZE` documents in the order of their ids, from the first one after `after`
 */
export async function* pageByPage<D extends { id: string }>(
  read: (after: string | null) => Promise<readonly D[]>,
): AsyncGenerator<D, void, undefined> {
  let after: string | null = null;
  for (;;) {
    const page: readonly D[] = await read(after);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE_SIZE) return;
    after = last.id;
  }
}
