import type { Etag } from '@nestjs-spark/contracts';

/** A document's version, in the shape of RavenDB's change vectors. */
export function versionOf(etag: Etag, databaseId: string): string {
  return `A:${etag}-${databaseId}`;
}
