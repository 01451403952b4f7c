import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { cutDocuments } from './cut-documents.ts';
import { readMetadata, type DocumentMetadata } from './document-metadata.ts';

export interface FetchedDocument extends DocumentMetadata {
  json: Uint8Array;
}

const IDS_PER_CALL = 1024;

/** The documents in the order of `ids`; null where there is none. */
export async function fetchDocuments(
  http: RavenHttp,
  node: Requester,
  ids: string[],
  query: { metadataOnly?: boolean } = {},
): Promise<(FetchedDocument | null)[]> {
  const found: (FetchedDocument | null)[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const some = ids.slice(at, at + IDS_PER_CALL);
    const { body } = await node.request({
      method: 'POST',
      path: http.path('/docs', { ...query }),
      body: JSON.stringify({ Ids: some }),
    });
    const { slices } = cutDocuments(body);
    for (const [index] of some.entries()) {
      const slice = slices[index];
      found.push(
        slice ? { ...readMetadata(body, slice), json: body.subarray(slice.start, slice.end) } : null,
      );
    }
  }
  return found;
}
