import type { Etag } from '@nestjs-spark/contracts';
import { etagIn, soleEtag } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems, type Item } from './all-items.ts';
import { readRawDocuments } from './read-documents.ts';
import type { RawDocument } from './raw-document.ts';
import type { RawPage } from './raw-page.ts';

const SHORT = 256;

/**
 * What came after a place where the changes had ended, in one round trip: the list of changes, whose snapshot says how far
 * it goes, and the documents beside it. Null when the two do not agree, when nothing new is in them, or when there is more
 * than fits: the ordinary page, which takes its bound first, then finds out.
 */
export async function readTailPage(
  http: RavenHttp,
  node: Requester,
  databaseId: string,
  from: Etag,
): Promise<RawPage | null> {
  const [list, read] = await Promise.all([
    readItems(http, node, from, SHORT, ['Document', 'DocumentTombstone']),
    readRawDocuments(http, node, { from, pageSize: SHORT, maxBytes: Infinity }),
  ]);
  const last = list.items.at(-1);
  const ownEtag = etagIn(list.changeVector, databaseId);
  if (list.reached !== null || read.full || last === undefined || ownEtag === null) return null;
  const to = Math.max(last.etag, ownEtag);
  const documents = agreed(list.items, read.documents, databaseId, to);
  if (documents === null) return null;
  return {
    databaseId,
    lastEtag: to,
    to,
    drained: true,
    documents,
    tombstones: list.items.filter(({ type }) => type === 'DocumentTombstone'),
  };
}

/** The documents up to `to`, or null when one of them is missing or older than the list says. */
function agreed(
  items: readonly Item[],
  documents: readonly RawDocument[],
  databaseId: string,
  to: Etag,
): RawDocument[] | null {
  const etags = new Map<string, Etag>();
  for (const document of documents) {
    const etag = soleEtag(document.changeVector, databaseId);
    if (etag === null) return null;
    document.etag = etag;
    etags.set(document.id.toLowerCase(), etag);
  }
  const stored = items.filter(({ type }) => type === 'Document');
  const complete = stored.every(({ id, etag }) => (etags.get(id.toLowerCase()) ?? 0) >= etag);
  return complete ? documents.filter(({ etag }) => etag <= to) : null;
}
