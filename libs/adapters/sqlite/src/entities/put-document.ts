import { StoreRefusedError, VersionConflictError } from '@nestjs-spark/contracts';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentTable } from './document-table.ts';
import { allTables } from './tables.ts';
import { versionOf } from './version.ts';

/**
 * Puts a document into its table; in a write transaction.
 * @throws {StoreRefusedError} when it stands in another collection
 */
export function putDocument(open: OpenDatabase, table: DocumentTable, id: string, document: string): void {
  refuseElsewhere(open, table.collection, id, 'cannot be put into');
  table.put(id, document, null, Date.now());
}

/** @throws {StoreRefusedError} when a document of this id is one of another collection */
export function refuseElsewhere(open: OpenDatabase, collection: string, id: string, whatNot: string): void {
  for (const other of allTables(open)) {
    if (other.collection.toLowerCase() === collection.toLowerCase() || !other.mark(id)) continue;
    throw new StoreRefusedError(
      `${JSON.stringify(id)} is one of ${other.collection} and ${whatNot} ${collection}: delete it first, or take another id`,
    );
  }
}

/**
 * @param version null expects that there is none
 * @throws {VersionConflictError} when another one is there
 */
export function requireVersion(
  open: OpenDatabase,
  table: DocumentTable | null,
  id: string,
  version: string | null,
): void {
  const mark = table?.mark(id);
  const current = mark ? versionOf(mark.etag, open.databaseId) : null;
  if (current !== version) throw new VersionConflictError(id);
}
