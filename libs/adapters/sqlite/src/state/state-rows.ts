import { VersionConflictError } from '@nestjs-spark/contracts';
import { isHouseDocument, notOfTheHouse, sqliteKey, type Versioned } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';

interface StateRow {
  id: string;
  collection: string;
  value: string;
  version: number;
}

const HIGHEST = '\u{10ffff}';

export function readState<T extends object>(open: OpenDatabase, id: string): Versioned<T> | null {
  const row = findRow(open, id);
  return row && isOwn(row) ? toVersioned<T>(row) : null;
}

export function listState<T extends object>(open: OpenDatabase, prefix: string): Versioned<T>[] {
  const sql =
    'SELECT id, collection, value, version FROM spark_state WHERE _key >= ? AND _key < ? ORDER BY _key';
  const key = sqliteKey(prefix);
  const rows = open.rows<StateRow>(sql, key, `${key}${HIGHEST}`);
  return rows.filter(isOwn).map(toVersioned<T>);
}

/** A page of documents whose id starts with `prefix`, in the order in which they were written; and the total number. */
export function pageState<T extends object>(
  open: OpenDatabase,
  prefix: string,
  { skip, take }: { skip: number; take: number },
): { documents: Versioned<T>[]; total: number } {
  const key = sqliteKey(prefix);
  const range = [key, `${key}${HIGHEST}`] as const;
  const sql = `SELECT id, collection, value, version FROM spark_state WHERE _key IN
    (SELECT _key FROM spark_state WHERE _key >= ? AND _key < ? ORDER BY version LIMIT ? OFFSET ?) ORDER BY version`;
  const rows = open.rows<StateRow>(sql, ...range, take, skip);
  const counted = open.row<{ total: number }>(
    'SELECT count(*) AS total FROM spark_state WHERE _key >= ? AND _key < ?',
    ...range,
  );
  return { documents: rows.filter(isOwn).map(toVersioned<T>), total: counted?.total ?? 0 };
}

/**
 * In a write transaction.
 * @returns the new version; none is ever reused
 * @throws {VersionConflictError} when the stored version is not `expected`
 * @throws {StoreRefusedError} when it is not one of Spark's own documents
 */
export function writeState(
  open: OpenDatabase,
  { id, collection, value }: { id: string; collection: string; value: object },
  expected: string | null,
): string {
  refuseForeign(open, id);
  requireVersion(open, id, expected);
  return putState(open, { id, collection, value });
}

/**
 * Over any version; in a write transaction.
 * @returns the new version
 * @throws {StoreRefusedError} as `writeState`
 */
export function overwriteState(
  open: OpenDatabase,
  document: { id: string; collection: string; value: object },
): string {
  refuseForeign(open, document.id);
  return putState(open, document);
}

function refuseForeign(open: OpenDatabase, id: string): void {
  const there = findRow(open, id);
  if (there && !isOwn(there)) throw notOfTheHouse(id, there.collection);
}

function putState(
  open: OpenDatabase,
  { id, collection, value }: { id: string; collection: string; value: object },
): string {
  const next = open
    .prepare('UPDATE spark_database SET state_version = state_version + 1 RETURNING state_version AS version')
    .get();
  const version = Number(next?.['version']);
  open
    .prepare(
      `INSERT INTO spark_state (_key, id, collection, value, version) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (_key) DO UPDATE SET value = excluded.value, version = excluded.version`,
    )
    .run(sqliteKey(id), id, collection, JSON.stringify(value), version);
  return String(version);
}

/** @throws {VersionConflictError} when the stored version is another one */
export function requireVersion(open: OpenDatabase, id: string, expected: string | null): void {
  const row = open.prepare('SELECT version FROM spark_state WHERE _key = ?').get(sqliteKey(id));
  if ((row === undefined ? null : String(row['version'])) !== expected) throw new VersionConflictError(id);
}

export function removeState(open: OpenDatabase, id: string): void {
  const there = findRow(open, id);
  if (there && isOwn(there)) open.prepare('DELETE FROM spark_state WHERE _key = ?').run(sqliteKey(id));
}

function findRow(open: OpenDatabase, id: string): StateRow | null {
  const sql = 'SELECT id, collection, value, version FROM spark_state WHERE _key = ?';
  return open.row<StateRow>(sql, sqliteKey(id));
}

function isOwn({ id, collection }: StateRow): boolean {
  return isHouseDocument(id, collection);
}

function toVersioned<T extends object>({ id, value, version }: StateRow): Versioned<T> {
  return { id, value: JSON.parse(value) as T, version: String(version) };
}
