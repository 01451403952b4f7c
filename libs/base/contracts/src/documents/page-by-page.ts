/** Documents per page: few enough for documents of a megabyte, many enough that request overhead does not dominate. */
export const PAGE_SIZE = 128;

/**
 * All documents, read page by page. Each page begins after the last id of the one before: skipping by count would miss documents
 * when others are deleted meanwhile.
 * @param read at most `PAGE_SIZE` documents in id order, beginning with the first one after `after`
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
