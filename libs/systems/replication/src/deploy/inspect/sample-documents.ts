import type { ChangeSource } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';

/** A document that is tried, or why it cannot be. */
export type Sampled =
  | { id: string; collection: string; document: Uint8Array }
  /** Absent, of another collection, or a copy. The requester does not learn which: it may only take the module's own documents. */
  | { id: string; missing: true };

const READER = 'preview';
const MOST_PAGES = 50;

/** The first documents of a collection in the order of their changes, the longest unchanged first; no copies. */
export async function sampleCollection(
  feed: ChangeSource,
  collection: string,
  size: number,
  signal: AbortSignal,
): Promise<Sampled[]> {
  const { lastEtag } = await feed.identify(READER);
  const found: Sampled[] = [];
  let from = 1;
  for (let pages = 0; pages < MOST_PAGES && found.length < size && !signal.aborted; pages++) {
    // Deletes are of no interest here.
    const page = await feed.read({ collection, from, deletesAfter: lastEtag, limit: size });
    page.deletes.catch(() => undefined);
    for (const change of page.changes) {
      if (change.kind !== 'put' || change.copyOf !== null || found.length >= size) continue;
      found.push({ id: change.id, collection: change.collection, document: change.json });
    }
    if (page.drained || page.to >= lastEtag) break;
    from = page.to + 1;
  }
  return found;
}

/** The documents of these ids, as far as they are of the collection and the module's own: copies do not travel on. */
export async function loadSample(
  feed: Pick<ChangeSource, 'load'>,
  collection: string,
  ids: readonly string[],
): Promise<Sampled[]> {
  const documents = await feed.load([...ids]);
  return ids.map((id, at) => {
    const found = documents[at];
    const isOwn = found && sameName(found.collection, collection) && found.copyOf === null;
    return found && isOwn
      ? { id: found.id, collection: found.collection, document: found.json }
      : { id, missing: true };
  });
}
