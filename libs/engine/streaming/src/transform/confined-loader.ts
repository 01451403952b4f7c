import type { ChangeSource, ReadableDocuments } from '@nestjs-spark/contracts/internal';
import type { DocumentLoader } from '@nestjs-spark/etl-script';

/**
 * What `load()` returns to a requester's script: the parts of the owner's own documents that the requester may see, and null for
 * all others, as for documents that do not exist.
 */
export function confinedLoader(
  source: Pick<ChangeSource, 'load'>,
  readable: ReadableDocuments,
): DocumentLoader {
  return async (ids) => {
    const documents = await source.load(ids);
    return documents.map((found) => found && readable.see(found));
  };
}
