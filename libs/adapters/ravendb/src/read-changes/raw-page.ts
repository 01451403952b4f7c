import type { Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems, type Item } from '../read-documents/all-items.ts';
import type { DatabaseStats } from '../read-documents/database-stats.ts';
import type { RawDocument } from '../read-documents/raw-document.ts';
import { readDocuments } from '../read-documents/read-documents.ts';

/** What one reading of the database gave, before anybody's collection is picked out of it. */
export interface RawPage {
  databaseId: string;
  lastEtag: Etag;
  /** Everything in `from..to` is here. */
  to: Etag;
  drained: boolean;
  /** Each etag of the page is a document's, which proves that no delete is missing in it. */
  gapless: boolean;
  documents: RawDocument[];
  tombstones: Item[];
}

export interface RawQuery {
  from: Etag;
  deletesAfter: Etag;
  pageSize: number;
  maxBytes: number;
}

/**
 * Documents and deletes, each in the order of etags. The bound is taken before anything is read: what is at or below it
 * can then only have moved up, to a later page, never be missed.
 */
export async function readRawPage(
  http: RavenHttp,
  node: Requester,
  stats: DatabaseStats,
  query: RawQuery,
): Promise<RawPage> {
  const { from, deletesAfter } = query;
  const deletesFrom = Math.max(from, deletesAfter + 1);
  // In the tail both matter, so they are asked for at once; in a first copy deletes are of interest only near its end.
  const early = deletesFrom === from ? readDeletes(http, node, deletesFrom, query.pageSize) : null;
  early?.catch(() => undefined);
  const read = await readDocuments(http, node, stats, query);
  let to = read.to;
  let tombstones: Item[] = [];
  if (to >= deletesFrom) {
    const deletes = await (early ?? readDeletes(http, node, deletesFrom, query.pageSize));
    if (deletes.reached !== null) to = Math.min(to, deletes.reached);
    tombstones = deletes.items.filter((item) => item.etag <= to);
  } else {
    await early;
  }
  const documents = to < read.to ? read.documents.filter((document) => document.etag <= to) : read.documents;
  return {
    databaseId: stats.databaseId,
    lastEtag: stats.lastEtag,
    to,
    drained: to === stats.lastEtag,
    gapless: false,
    documents,
    tombstones,
  };
}

function readDeletes(http: RavenHttp, node: Requester, from: Etag, pageSize: number) {
  return readItems(http, node, from, Math.max(pageSize, 1024), ['DocumentTombstone']);
}
