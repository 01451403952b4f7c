import type { Etag } from '@nestjs-spark/contracts';
import { ravenKey } from '@nestjs-spark/contracts/internal';
import { soleEtag } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems } from './all-items.ts';
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
  const { items } = await readItems(http, node, from, documents.length, ['Document']);
  const etags = new Map(items.map((item) => [ravenKey(item.id), item.etag]));
  return documents.flatMap((document) => {
    const etag = etags.get(ravenKey(document.id));
    return etag === undefined || etag > stats.lastEtag ? [] : [{ ...document, etag }];
  });
}
