import type { Etag } from '@nestjs-spark/contracts';
import type { OpenDatabase } from '../connect/open-database.ts';
import { headsOf, isReplicated } from '../connect/replicated.ts';

/** In the format of RavenDB's change vectors. */
export function changeVectorOf(etag: Etag, databaseId: string): string {
  return `A:${etag}-${databaseId}`;
}

/** A document's version: its change vector or, in a replicated collection, its heads, which are the same on every node. */
export function versionOf(
  open: OpenDatabase,
  collection: string,
  { id, etag }: { id: string; etag: Etag },
): string {
  return isReplicated(open, collection)
    ? headsOf(open, collection, id)
    : changeVectorOf(etag, open.databaseId);
}
