import type { Etag } from '@nestjs-spark/contracts';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems, type Item } from '../read-documents/all-items.ts';
import type { DatabaseStats } from '../read-documents/database-stats.ts';
import { fetchDocuments } from '../read-documents/fetch-documents.ts';
import type { RawPage, RawQuery } from './raw-page.ts';
import type { RawDocument } from '../read-documents/raw-document.ts';

const ITEMS_PER_PAGE = 16_384;

/**
 * As `readRawPage`, for a collection that is a small part of its database: goes through the list of changes and only fetches the
 * collection's documents. A document may then be newer than its etag here, which only makes it come twice; for one that is gone,
 * the delete or the new position is on a later page.
 */
export async function readSparsePage(
  http: RavenHttp,
  node: Requester,
  stats: DatabaseStats,
  collection: string,
  query: RawQuery,
): Promise<RawPage> {
  const page = await readItems(http, node, query.from, ITEMS_PER_PAGE, ['Document', 'DocumentTombstone']);
  const wanted = page.items.filter(
    (item) => item.etag <= stats.lastEtag && nameKey(item.collection) === collection,
  );
  const cutAt = wanted.filter(({ type }) => type === 'Document')[query.pageSize]?.etag;
  const to = cutAt === undefined ? Math.min(page.reached ?? stats.lastEtag, stats.lastEtag) : cutAt - 1;
  const inPage = wanted.filter((item) => item.etag <= to);
  return {
    databaseId: stats.databaseId,
    lastEtag: stats.lastEtag,
    to,
    drained: to === stats.lastEtag,
    gapless: false,
    documents: await fetchItems(
      http,
      node,
      inPage.filter(({ type }) => type === 'Document'),
    ),
    tombstones: inPage.filter((item) => item.type === 'DocumentTombstone' && item.etag > query.deletesAfter),
  };
}

async function fetchItems(http: RavenHttp, node: Requester, items: Item[]): Promise<RawDocument[]> {
  const documents = await fetchDocuments(
    http,
    node,
    items.map(({ id }) => id),
  );
  return items.flatMap((item, index) => {
    const document = documents[index];
    return document ? [{ ...document, etag: item.etag satisfies Etag }] : [];
  });
}
