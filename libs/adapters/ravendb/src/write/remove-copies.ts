import { VersionConflictError, type Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readStats } from '../read-documents/database-stats.ts';
import type { DocumentMetadata } from '../read-documents/document-metadata.ts';
import { readDocuments } from '../read-documents/read-documents.ts';
import { lookUp } from './find-copies.ts';
import type { Copy } from './own-copies.ts';

const SCAN = 8_192;
const STEP = 1_024;

/** Goes through the ids of the whole database and hands out those that are to go, in steps of bounded size. */
export async function* scanCopies(
  http: RavenHttp,
  unwanted: (document: DocumentMetadata) => boolean,
): AsyncGenerator<DocumentMetadata[]> {
  let from: Etag = 0;
  for (;;) {
    const { documents, to, end } = await http.onOneNode(async (node) => {
      const stats = await readStats(http, node);
      const query = { from, pageSize: SCAN, maxBytes: Infinity, metadataOnly: true };
      return { ...(await readDocuments(http, node, stats, query)), end: stats.lastEtag };
    });
    const found = documents.filter(unwanted);
    for (let at = 0; at < found.length; at += STEP) yield found.slice(at, at + STEP);
    if (to >= end) return;
    from = to + 1;
  }
}

/**
 * Removes copies by `remove`, looking again at those that changed in between: what is then no longer unwanted stays.
 * @param fenced whether a conflict is about the fence itself; then it is not tried again
 */
export async function removeStep(
  http: RavenHttp,
  copies: DocumentMetadata[],
  unwanted: (document: DocumentMetadata) => boolean,
  remove: (copies: Copy[]) => Promise<void>,
  fenced: () => Promise<boolean>,
): Promise<number> {
  let left = copies;
  while (left.length > 0) {
    try {
      await remove(left);
      return left.length;
    } catch (error) {
      if (!(error instanceof VersionConflictError) || (await fenced())) throw error;
      const again = await lookUp(
        http,
        left.map(({ id }) => id),
      );
      left = again.filter(unwanted);
    }
  }
  return 0;
}
