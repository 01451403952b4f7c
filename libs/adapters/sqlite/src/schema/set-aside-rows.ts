import type { DatabaseSync } from 'node:sqlite';
import { NOW } from './now.ts';
import { quoteName } from './table-name.ts';

/** Rows that a migration could not keep in place, for people to inspect; Spark does not read it. */
export const SET_ASIDE_SQL = `
  CREATE TABLE IF NOT EXISTS spark_set_aside (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL DEFAULT (${NOW}),
    "table" TEXT NOT NULL,
    reason TEXT NOT NULL,
    id,
    _etag,
    _document,
    _metadata,
    _modified
  );
`;

/**
 * Copies a document's row unchanged, whatever its writer has stored in it.
 * @returns what was done, in words
 */
export function setAsideRow(db: DatabaseSync, table: string, etag: number, reason: string): string {
  const columns = 'id, _etag, _document, _metadata, _modified';
  return setAside(db, table, reason, `${columns} FROM ${quoteName(table)} WHERE _etag = ?`, etag);
}

/** As `setAsideRow`, for one of Spark's own documents, by its version. */
export function setAsideState(db: DatabaseSync, version: number, reason: string): string {
  return setAside(
    db,
    'spark_state',
    reason,
    'id, version, value, NULL, NULL FROM spark_state WHERE version = ?',
    version,
  );
}

function setAside(db: DatabaseSync, table: string, reason: string, row: string, number: number): string {
  const made = db
    .prepare(
      `INSERT INTO spark_set_aside ("table", reason, id, _etag, _document, _metadata, _modified) SELECT ?, ?, ${row}
       RETURNING number, CAST(id AS TEXT) AS id`,
    )
    .get(table, reason, number);
  return `${String(made?.['id'])} of ${table} is set aside in spark_set_aside, number ${String(made?.['number'])}: ${reason}`;
}
