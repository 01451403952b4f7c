import { refusedId } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { cutDocuments } from './cut-documents.ts';
import { readMetadata, type DocumentMetadata } from './document-metadata.ts';

export interface FetchedDocument extends DocumentMetadata {
  json: Uint8Array;
}

const IDS_PER_CALL = 1024;

/** The documents in the order of `ids`; null where there is none. What RavenDB takes for no id, or for another one, is not asked. */
export async function fetchDocuments(
  http: RavenHttp,
  node: Requester,
  ids: string[],
  query: { metadataOnly?: boolean } = {},
): Promise<(FetchedDocument | null)[]> {
  const found = new Map<string, FetchedDocument>();
  const possible = ids.filter((id) => refusedId(id) === null);
  for (let at = 0; at < possible.length; at += IDS_PER_CALL) {
    const some = possible.slice(at, at + IDS_PER_CALL);
    const { body } = await node.request({
      method: 'POST',
      path: http.path('/docs', { ...query }),
      body: JSON.stringify({ Ids: some }),
    });
    const { slices } = cutDocuments(body);
    for (const [index, id] of some.entries()) {
      const slice = slices[index];
      if (slice) found.set(id, { ...readMetadata(body, slice), json: body.subarray(slice.start, slice.end) });
    }
  }
  return ids.map((id) => found.get(id) ?? null);
}
