import type { Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readStats } from '../read-documents/database-stats.ts';
import type { DocumentMetadata } from '../read-documents/document-metadata.ts';
import { readDocuments } from '../read-documents/read-documents.ts';

const SCAN = 8_192;
const STEP = 1_024;

/** Goes through the ids of the whole database and yields the wanted ones, in steps of bounded size. */
export async function* scanCopies(
  http: RavenHttp,
  wanted: (document: DocumentMetadata) => boolean,
): AsyncGenerator<DocumentMetadata[]> {
  let from: Etag = 0;
  for (;;) {
    const { documents, to, end } = await http.onOneNode(async (node) => {
      const stats = await readStats(http, node);
      const query = { from, pageSize: SCAN, maxBytes: Infinity, metadataOnly: true };
      return { ...(await readDocuments(http, node, stats, query)), end: stats.lastEtag };
    });
    const found = documents.filter(wanted);
    for (let at = 0; at < found.length; at += STEP) yield found.slice(at, at + STEP);
    if (to >= end) return;
    from = to + 1;
  }
}
