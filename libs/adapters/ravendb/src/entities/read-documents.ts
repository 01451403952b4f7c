import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { fetchDocuments } from '../read-documents/fetch-documents.ts';
import type { RavenDocument } from './entity-document.ts';

/** The documents in the order of `ids`, of any collection; null where there is none. */
export async function readDocuments(http: RavenHttp, ids: string[]): Promise<(RavenDocument | null)[]> {
  const found = await fetchDocuments(http, http, ids);
  return found.map(
    (document) =>
      document && {
        id: document.id,
        version: document.changeVector,
        collection: document.collection,
        text: decodeUtf8(document.json),
      },
  );
}
