import { refusedId } from '@nestjs-spark/contracts/internal';
import { loadWithin } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { isNoId } from '../connect/server-error.ts';
import { cutWhole } from './cut-documents.ts';
import { readMetadata, type DocumentMetadata } from './document-metadata.ts';

export interface FetchedDocument extends DocumentMetadata {
  json: Uint8Array;
}

const IDS_PER_CALL = 1024;
const SURELY_AN_ID = 'sparkCheckpoints/none';

/**
 * The documents in the order of `ids`; null when there is none. What RavenDB does not accept as an id, or treats as another one,
 * is not requested.
 */
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
    const documents = await fetchSome(http, node, some, query);
    for (const [index, id] of some.entries()) {
      const document = documents[index];
      if (document) found.set(id, document);
    }
  }
  return ids.map((id) => found.get(id) ?? null);
}

/** How many documents of unknown size are requested together. */
const FIRST_STEP = 16;

/** The first of the documents, as many as take about `mostBytes` together, but at least one. */
export function fetchWithin(
  http: RavenHttp,
  node: Requester,
  ids: readonly string[],
  mostBytes: number,
): Promise<(FetchedDocument | null)[]> {
  return loadWithin(ids, (some) => fetchDocuments(http, node, some), {
    mostBytes,
    sizeOf: (document) => document?.json.byteLength ?? 0,
    first: FIRST_STEP,
    most: IDS_PER_CALL,
  });
}

async function fetchSome(
  http: RavenHttp,
  node: Requester,
  ids: string[],
  query: { metadataOnly?: boolean },
): Promise<(FetchedDocument | null)[]> {
  try {
    return await ask(http, node, ids, query);
  } catch (error) {
    if (!isNoId(error)) throw error;
    const half = Math.ceil(ids.length / 2);
    if (half < ids.length) {
      const first = await fetchSome(http, node, ids.slice(0, half), query);
      return [...first, ...(await fetchSome(http, node, ids.slice(half), query))];
    }
    // An id that RavenDB refuses to look up cannot exist, provided that it looks up others.
    await ask(http, node, [SURELY_AN_ID], { metadataOnly: true });
    return [null];
  }
}

async function ask(
  http: RavenHttp,
  node: Requester,
  ids: string[],
  query: { metadataOnly?: boolean },
): Promise<(FetchedDocument | null)[]> {
  const { status, body } = await node.request({
    method: 'POST',
    path: http.path('/docs', { ...query }),
    body: JSON.stringify({ Ids: ids }),
  });
  // RavenDB answers 404, and only that, when none of them exists.
  const slices = status === 404 && body.length === 0 ? [] : cutWhole(body);
  return ids.map((_, index) => {
    const slice = slices[index];
    return slice ? { ...readMetadata(body, slice), json: body.subarray(slice.start, slice.end) } : null;
  });
}
