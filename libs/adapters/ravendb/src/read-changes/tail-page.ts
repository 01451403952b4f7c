import type { Etag } from '@nestjs-spark/contracts';
import { ravenKey } from '@nestjs-spark/contracts/internal';
import { etagIn, soleEtag } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems, type ItemPage } from '../read-documents/all-items.ts';
import { readRawDocuments } from '../read-documents/read-documents.ts';
import type { RawDocument } from '../read-documents/raw-document.ts';
import type { RawPage } from './raw-page.ts';

const SHORT = 256;

/**
 * What came after the former end of the changes, with as few requests as possible: only the documents when they prove themselves
 * complete, otherwise also the list of changes. Null when there is nothing new in them, or more than fits: the ordinary page,
 * which takes its bound first, then finds out.
 */
export async function readTailPage(
  http: RavenHttp,
  node: Requester,
  databaseId: string,
  { from, maxBytes }: { from: Etag; maxBytes: number },
): Promise<RawPage | null> {
  const read = await readRawDocuments(http, node, { from, pageSize: SHORT, maxBytes });
  const documents = withOwnEtags(read.documents, databaseId);
  if (read.full || documents === null) return null;
  if (isGapless(documents, from)) {
    const to = from - 1 + documents.length;
    return { databaseId, lastEtag: to, to, drained: true, gapless: true, documents, tombstones: [] };
  }
  const list = await readItems(http, node, from, SHORT, ['Document', 'DocumentTombstone']);
  return asFarAsAgreed(list, documents, databaseId);
}

function withOwnEtags(documents: RawDocument[], databaseId: string): RawDocument[] | null {
  for (const document of documents) {
    const etag = soleEtag(document.changeVector, databaseId);
    if (etag === null) return null;
    document.etag = etag;
  }
  return documents;
}

/** Every change takes the next etag and every etag is used once: if each belongs to a document, nothing was deleted. */
function isGapless(documents: readonly RawDocument[], from: Etag): boolean {
  return documents.length > 0 && documents.every(({ etag }, at) => etag === from + at);
}

/** The list is more recent than the documents. It is used up to the first document that differs from what was read. */
function asFarAsAgreed(list: ItemPage, documents: RawDocument[], databaseId: string): RawPage | null {
  const last = list.items.at(-1);
  const ownEtag = etagIn(list.changeVector, databaseId);
  if (list.reached !== null || last === undefined || ownEtag === null) return null;
  const lastEtag = Math.max(last.etag, ownEtag);
  const etags = new Map(documents.map(({ id, etag }) => [ravenKey(id), etag]));
  const unknown = list.items.find(
    ({ type, id, etag }) => type === 'Document' && etags.get(ravenKey(id)) !== etag,
  );
  const to = unknown ? unknown.etag - 1 : lastEtag;
  const items = list.items.filter(({ etag }) => etag <= to);
  if (items.length === 0) return null;
  return {
    databaseId,
    lastEtag,
    to,
    drained: to === lastEtag,
    gapless: false,
    documents: documents.filter(({ etag }) => etag <= to),
    tombstones: items.filter(({ type }) => type === 'DocumentTombstone'),
  };
}
