import { type ChangeSource, ReadableCollections } from '@nestjs-spark/contracts/internal';
import type { DocumentLoader } from '@nestjs-spark/etl-script';

/**
 * What `load()` answers to a requester's script: the owner's own documents of the collections that the requester may read, and
 * null for all others, as for documents that do not exist. A copy is a third module's document, which its owner has shared with
 * this one alone.
 * @param shared the collections that are shared with the requester
 */
export function confinedLoader(
  source: Pick<ChangeSource, 'load'>,
  shared: readonly string[],
): DocumentLoader {
  const readable = new ReadableCollections(shared);
  return async (ids) => {
    const documents = await source.load(ids);
    return documents.map((found) =>
      found && found.copyOf === null && readable.has(found.collection) ? found.json : null,
    );
  };
}
