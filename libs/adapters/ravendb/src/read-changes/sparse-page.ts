import { nameKey } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems } from '../read-documents/all-items.ts';
import type { DatabaseStats } from '../read-documents/database-stats.ts';
import { fetchWithin } from '../read-documents/fetch-documents.ts';
import type { RawPage, RawQuery } from './raw-page.ts';

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
  const listed = wanted.filter(({ type }) => type === 'Document');
  const asked = listed.slice(0, query.pageSize);
  const ids = asked.map(({ id }) => id);
  const fetched = await fetchWithin(http, node, ids, query.maxBytes);
  const cutAt = listed[fetched.length]?.etag;
  const to = cutAt === undefined ? Math.min(page.reached ?? stats.lastEtag, stats.lastEtag) : cutAt - 1;
  return {
    databaseId: stats.databaseId,
    lastEtag: stats.lastEtag,
    to,
    drained: to === stats.lastEtag,
    gapless: false,
    documents: asked.flatMap(({ etag }, at) => {
      const document = fetched[at];
      return document ? [{ ...document, kind: 'put', etag }] : [];
    }),
    tombstones: wanted.filter(
      ({ type, etag }) => type === 'DocumentTombstone' && etag > query.deletesAfter && etag <= to,
    ),
  };
}
