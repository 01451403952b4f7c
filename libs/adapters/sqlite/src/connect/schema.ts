import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError } from '@nestjs-spark/contracts';

/** Each step only adds; the schema version of a file is how many of them it has seen. */
const STEPS: readonly { what: string; sql: string }[] = [
  {
    what: "Spark's own tables",
    sql: `
      CREATE TABLE spark_database (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        database_id TEXT NOT NULL,
        last_etag INTEGER NOT NULL DEFAULT 0,
        trimmed INTEGER NOT NULL DEFAULT 0,
        confirmed INTEGER NOT NULL DEFAULT 0,
        has_readers INTEGER NOT NULL DEFAULT 0,
        state_version INTEGER NOT NULL DEFAULT 0
      );
      CREATE TABLE spark_tables (
        collection TEXT PRIMARY KEY COLLATE NOCASE,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE
      );
      CREATE TABLE spark_ids (collection TEXT PRIMARY KEY COLLATE NOCASE, last INTEGER NOT NULL);
      CREATE TABLE spark_state (
        _key TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        collection TEXT NOT NULL,
        value TEXT NOT NULL,
        version INTEGER NOT NULL
      );
    `,
  },
];

const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

const HISTORY = `
  CREATE TABLE IF NOT EXISTS spark_migrations (
    number INTEGER PRIMARY KEY,
    schema_version INTEGER NOT NULL,
    what TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT (${NOW})
  );
`;

/**
 * Brings the file to this version's schema, all in the caller's transaction.
 * @throws {StoreRefusedError} when a newer version of Spark has made the file
 */
export function migrate(db: DatabaseSync, path: string): void {
  db.exec(HISTORY);
  const version = schemaVersion(db);
  if (version > STEPS.length) {
    throw new StoreRefusedError(
      `${path} was made by a newer version of Spark (schema ${version}, this one knows ${STEPS.length}): update the application, or name another file`,
    );
  }
  for (const [index, { what, sql }] of STEPS.entries()) {
    if (index < version) continue;
    db.exec(sql);
    recordMigration(db, index + 1, what);
  }
  db.prepare('INSERT OR IGNORE INTO spark_database (one, database_id) VALUES (1, ?)').run(newDatabaseId());
}

/** Writes down what was changed, for people to read. */
export function recordMigration(db: DatabaseSync, version: number, what: string): void {
  db.prepare('INSERT INTO spark_migrations (schema_version, what) VALUES (?, ?)').run(version, what);
}

export function schemaVersion(db: DatabaseSync): number {
  const row = db.prepare('SELECT max(schema_version) AS version FROM spark_migrations').get();
  return Number(row?.['version'] ?? 0);
}

/** As short as RavenDB's own: it is in every version of every document. */
export function newDatabaseId(): string {
  return randomBytes(16).toString('base64url');
}
