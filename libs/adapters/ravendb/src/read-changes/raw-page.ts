import type { Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems, type Item } from '../read-documents/all-items.ts';
import type { DatabaseStats } from '../read-documents/database-stats.ts';
import type { RawDocument } from '../read-documents/raw-document.ts';
import { readDocuments } from '../read-documents/read-documents.ts';

/** The result of one read of the database, before any collection is selected from it. */
export interface RawPage {
  databaseId: string;
  lastEtag: Etag;
  /** Everything in `from..to` is here. */
  to: Etag;
  drained: boolean;
  /** Every etag of the page is a document's, which proves that no delete is missing. */
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
 * Documents and deletes, each in etag order. The bound is taken before anything is read: anything at or below it can then only
 * have moved up, to a later page, and is never missed.
 */
export async function readRawPage(
  http: RavenHttp,
  node: Requester,
  stats: DatabaseStats,
  query: RawQuery,
): Promise<RawPage> {
  const { from, deletesAfter } = query;
  const deletesFrom = Math.max(from, deletesAfter + 1);
  // At the tail both matter, so they are requested concurrently; in a first copy deletes only matter near its end.
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
