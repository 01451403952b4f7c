import { VersionConflictError } from '@nestjs-spark/contracts';
import { sqliteKey, type Versioned } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';

interface StateRow {
  id: string;
  value: string;
  version: number;
}

const HIGHEST = '\u{10ffff}';

export function readState<T extends object>(open: OpenDatabase, id: string): Versioned<T> | null {
  const sql = 'SELECT id, value, version FROM spark_state WHERE _key = ?';
  const row = open.row<StateRow>(sql, sqliteKey(id));
  return row ? toVersioned<T>(row) : null;
}

export function listState<T extends object>(open: OpenDatabase, prefix: string): Versioned<T>[] {
  const sql = 'SELECT id, value, version FROM spark_state WHERE _key >= ? AND _key < ? ORDER BY _key';
  const key = sqliteKey(prefix);
  return open.rows<StateRow>(sql, key, `${key}${HIGHEST}`).map(toVersioned<T>);
}

/**
 * In a write transaction.
 * @returns the new version; none is ever given twice
 * @throws {VersionConflictError} when something else is there than `expected`
 */
export function writeState(
  open: OpenDatabase,
  { id, collection, value }: { id: string; collection: string; value: object },
  expected: string | null,
): string {
  requireVersion(open, id, expected);
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

/** @throws {VersionConflictError} when it is not so */
export function requireVersion(open: OpenDatabase, id: string, expected: string | null): void {
  const row = open.prepare('SELECT version FROM spark_state WHERE _key = ?').get(sqliteKey(id));
  if ((row === undefined ? null : String(row['version'])) !== expected) throw new VersionConflictError(id);
}

export function removeState(open: OpenDatabase, id: string): void {
  open.prepare('DELETE FROM spark_state WHERE _key = ?').run(sqliteKey(id));
}

function toVersioned<T extends object>({ id, value, version }: StateRow): Versioned<T> {
  return { id, value: JSON.parse(value) as T, version: String(version) };
}
