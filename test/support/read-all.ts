import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage, ChangeSource, DeleteCover, SourceChange } from '@nestjs-spark/contracts/internal';

export function coverOf(pages: ChangePage[]): Promise<DeleteCover[]> {
  return Promise.all(pages.map(({ deletes }) => deletes));
}

/** Everything from `from` on, until drained. */
export async function readAll(
  feed: ChangeSource,
  collection: string,
  options: { from?: Etag; deletesAfter?: Etag; limit?: number } = {},
): Promise<{ changes: SourceChange[]; to: Etag; pages: ChangePage[] }> {
  const { from = 0, deletesAfter = -1, limit = 4096 } = options;
  const pages: ChangePage[] = [];
  let next = from;
  for (;;) {
    const page = await feed.read({ collection, from: next, deletesAfter, limit });
    pages.push(page);
    next = page.to + 1;
    if (page.drained) return { changes: pages.flatMap(({ changes }) => changes), to: page.to, pages };
  }
}

export const textOf = (change: SourceChange | undefined) =>
  change?.kind === 'put' ? Buffer.from(change.json).toString('utf8') : undefined;

export const idsOf = (changes: SourceChange[]) =>
  changes.map(({ kind, id }) => `${kind} ${id.toLowerCase()}`);
