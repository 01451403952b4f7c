import type { Etag } from '@nestjs-spark/contracts';

/** The etag for one database in a change vector (`A:12-id1, B:7-id2`); null when that database is not in it. */
export function etagIn(changeVector: string, databaseId: string): Etag | null {
  for (const entry of changeVector.split(',')) {
    const match = ENTRY.exec(entry);
    if (match && match[2] === databaseId) return Number(match[1]);
  }
  return null;
}

const ENTRY = /^\s*[A-Za-z0-9]+:(\d+)-(\S+)\s*$/;

/**
 * The etag of a change vector that contains only this database, as that of a document written here does; null for any other.
 * Optimized for speed.
 */
export function soleEtag(changeVector: string, databaseId: string): Etag | null {
  const dash = changeVector.length - databaseId.length - 1;
  if (changeVector.charAt(dash) !== '-' || !changeVector.endsWith(databaseId)) return null;
  const etag = Number(changeVector.slice(changeVector.indexOf(':') + 1, dash));
  return Number.isSafeInteger(etag) ? etag : null;
}
