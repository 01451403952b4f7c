import { StoreRefusedError, VersionConflictError } from '@nestjs-spark/contracts';
import { checkWrite, keptMetadata, type DocumentWrite } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentTable } from './document-table.ts';
import { passedOver } from './passed-over.ts';
import { allTables } from './tables.ts';
import { versionOf } from './version.ts';

/**
 * Puts a document into its table, replacing an existing one; in a write transaction.
 * @returns its fields as stored now
 * @throws {VersionConflictError} when it is not at the given version
 * @throws {StoreRefusedError} when it is in another collection, or passed over
 */
export function putDocument(
  open: OpenDatabase,
  table: DocumentTable,
  write: Extract<DocumentWrite, { kind: 'put' }>,
): string {
  checkWrite(write);
  const { id, version } = write;
  if (version !== undefined) requireVersion(open, table, id, version);
  refuseElsewhere(open, table.collection, id, 'cannot be put into');
  const there = table.get(id);
  const document = write.fields(there?.document ?? null);
  const metadata = there?.metadata ? keptMetadata(there.metadata, write, 'sqlite') : null;
  if (!table.put(id, document, metadata, Date.now())) throw passedOver(id, 'is not written');
  return document;
}

/**
 * Removes a document from its table; in a write transaction.
 * @returns whether it was there
 * @throws {StoreRefusedError} when it is passed over
 */
export function removeDocument(table: DocumentTable | null, id: string): boolean {
  if (table?.remove(id)) return true;
  if (table?.has(id)) throw passedOver(id, 'stays');
  return false;
}

/** @throws {StoreRefusedError} when a document of another collection has this id */
export function refuseElsewhere(open: OpenDatabase, collection: string, id: string, whatNot: string): void {
  for (const other of allTables(open)) {
    if (sameName(other.collection, collection) || !other.mark(id)) continue;
    throw new StoreRefusedError(
      `${JSON.stringify(id)} is one of ${other.collection} and ${whatNot} ${collection}: delete it first, or take another id`,
    );
  }
}

/**
 * @param version null expects that there is none
 * @throws {VersionConflictError} when there is another version
 */
export function requireVersion(
  open: OpenDatabase,
  table: DocumentTable | null,
  id: string,
  version: string | null,
): void {
  const mark = table?.mark(id);
  const current = table && mark ? versionOf(open, table.collection, mark) : null;
  if (current !== version) throw new VersionConflictError(id);
}
