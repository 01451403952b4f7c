import { COPY_ETAG, COPY_SOURCE, type SourceDocument } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';

/**
 * Which version of an owner's document a copy under the same id is of; null when it is not a copy, or does not say so. Pure.
 * @param source the owner's name and the document's id
 */
export function copyEtag(
  document: SourceDocument | null,
  { owner, documentId }: { owner: string; documentId: string },
): number | null {
  if (!document?.copyOf) return null;
  const { '@metadata': metadata = {} } = JSON.parse(Buffer.from(document.json).toString('utf8')) as {
    '@metadata'?: Record<string, unknown>;
  };
  const etag = metadata[COPY_ETAG];
  const source = metadata[COPY_SOURCE];
  const isOfIt = typeof source === 'string' && sameName(source, `${owner}/${documentId}`);
  return isOfIt && typeof etag === 'number' ? etag : null;
}
