import type { ChangeSource, ReadableDocuments } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';

/** A sampled document, or a missing one. */
export type Sampled =
  | { id: string; collection: string; document: Uint8Array }
  /**
   * It does not exist, belongs to another collection, or is a copy. The requester does not learn which: it may only read the module's own
   * documents.
   */
  | { id: string; missing: true };

const READER = 'preview';
const MOST_PAGES = 50;

/** The first readable documents of a collection by etag, those unchanged for longest first. */
export async function sampleCollection(
  feed: ChangeSource,
  readable: ReadableDocuments,
  { collection, size, signal }: { collection: string; size: number; signal: AbortSignal },
): Promise<Sampled[]> {
  const { lastEtag } = await feed.identify(READER);
  const found: Sampled[] = [];
  let from = 1;
  for (let pages = 0; pages < MOST_PAGES && found.length < size && !signal.aborted; pages++) {
    // Deletes are not needed here.
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

/** The documents with these ids that belong to the collection and may be read. */
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
