import type { ChangeSource, ReadableDocuments } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';

/** A document that is tried, or why it cannot be. */
export type Sampled =
  | { id: string; collection: string; document: Uint8Array }
  /** Absent, of another collection, or a copy. The requester does not learn which: it may only take the module's own documents. */
  | { id: string; missing: true };

const READER = 'preview';
const MOST_PAGES = 50;

/** The first documents of a collection in the order of their changes, the longest unchanged first, as far as they may be read. */
export async function sampleCollection(
  feed: ChangeSource,
  readable: ReadableDocuments,
  { collection, size, signal }: { collection: string; size: number; signal: AbortSignal },
): Promise<Sampled[]> {
  const { lastEtag } = await feed.identify(READER);
  const found: Sampled[] = [];
  let from = 1;
  for (let pages = 0; pages < MOST_PAGES && found.length < size && !signal.aborted; pages++) {
    // Deletes are of no interest here.
    const page = await feed.read({ collection, from, deletesAfter: lastEtag, limit: size });
    page.deletes.catch(() => undefined);
    for (const change of page.changes) {
      const document = change.kind === 'put' && found.length < size ? readable.see(change) : null;
      if (change.kind === 'put' && document)
        found.push({ id: change.id, collection: change.collection, document });
    }
    if (page.drained || page.to >= lastEtag) break;
    from = page.to + 1;
  }
  return found;
}

/** The documents of these ids, as far as they are of the collection and may be read. */
export async function loadSample(
  feed: Pick<ChangeSource, 'load'>,
  readable: ReadableDocuments,
  collection: string,
  ids: readonly string[],
): Promise<Sampled[]> {
  const documents = await feed.load([...ids]);
  return ids.map((id, at) => {
    const found = documents[at];
    const document = found && sameName(found.collection, collection) ? readable.see(found) : null;
    return found && document
      ? { id: found.id, collection: found.collection, document }
      : { id, missing: true };
  });
}
