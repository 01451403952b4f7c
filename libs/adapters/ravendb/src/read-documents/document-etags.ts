import type { Etag } from '@nestjs-spark/contracts';
import { ravenKey } from '@nestjs-spark/contracts/internal';
import { soleEtag } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems, type ItemPage } from './all-items.ts';
import type { DatabaseStats } from './database-stats.ts';
import type { RawDocument } from './raw-document.ts';

/**
 * Assigns documents, which come in etag order, their etags. The change vector of a document written here contains it. One that
 * was imported, restored or replicated contains another database's; its etag is in all-items, and if it is not there, the
 * document has moved on and a later page has it.
 */
export async function withEtags(
  http: RavenHttp,
  node: Requester,
  stats: DatabaseStats,
  from: Etag,
  documents: RawDocument[],
): Promise<RawDocument[]> {
  let last = from - 1;
  const ownEtags = documents.every((document) => {
    const etag = soleEtag(document.changeVector, stats.databaseId);
    if (etag === null || etag <= last) return false;
    document.etag = last = etag;
    return true;
  });
  if (ownEtags) return documents;
  const etags = await listEtags(http, node, from, documents);
  return documents.flatMap((document) => {
    const etag = etags.get(ravenKey(document.id));
    return etag === undefined || etag > stats.lastEtag ? [] : [{ ...document, etag }];
  });
}

const LEAST_LISTED = 256;

/**
 * The etags of a page's documents by key. The list has revisions under the same type, any number of them between two documents, so it is
 * read until it has all documents of the page, or one that is not: whatever has not come by then has moved on.
 */
async function listEtags(
  http: RavenHttp,
  node: Requester,
  from: Etag,
  documents: readonly RawDocument[],
): Promise<Map<string, Etag>> {
  const left = new Set(documents.map(({ id }) => ravenKey(id)));
  const etags = new Map<string, Etag>();
  const most = Math.max(documents.length, LEAST_LISTED);
  for (let at: Etag | null = from; at !== null && left.size > 0;) {
    const { items, reached }: ItemPage = await readItems(http, node, at, most, ['Document']);
    let isPast = false;
    for (const { id, etag } of items) {
      const key = ravenKey(id);
      if (left.delete(key)) etags.set(key, etag);
      else isPast ||= !etags.has(key);
    }
    at = reached === null || isPast ? null : reached + 1;
  }
  return etags;
}
