import type { Change } from '@nestjs-spark/contracts';
import { etagIn } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readStats } from '../read-documents/database-stats.ts';

const ONLY_ENTRY = /^\s*[A-Za-z0-9]+:(\d+)-([^\s,]+)\s*$/;

/** The change of a version that only one database has written; null when several nodes have. */
export function soleChange(changeVector: string): Change | null {
  const [, etag, databaseId] = ONLY_ENTRY.exec(changeVector) ?? [];
  return databaseId === undefined ? null : { databaseId, etag: Number(etag) };
}

/**
 * The change that a write made. Only when several nodes have written the document does the node have to be asked which one it is.
 */
export async function changeOf(http: RavenHttp, changeVector: string): Promise<Change> {
  const sole = soleChange(changeVector);
  if (sole) return sole;
  const { databaseId, lastEtag } = await http.onOneNode((node) => readStats(http, node));
  // If the response has no etag of this node, the write is at most at the end of its changes.
  return { databaseId, etag: etagIn(changeVector, databaseId) ?? lastEtag };
}
