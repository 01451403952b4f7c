import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { NOW } from './now.ts';
import { repairTables } from './repair-tables.ts';
import { SET_ASIDE_SQL, setAsideState } from './set-aside-rows.ts';

/** The schema version that this code creates and expects. */
const VERSION = 2;

const HISTORY = `
  CREATE TABLE IF NOT EXISTS spark_migrations (
    number INTEGER PRIMARY KEY,
    schema_version INTEGER NOT NULL,
    what TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT (${NOW})
  );
`;

const OWN_TABLES = `
  CREATE TABLE spark_database (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    database_id TEXT NOT NULL,
    last_etag INTEGER NOT NULL DEFAULT 0,
    trimmed INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    has_readers INTEGER NOT NULL DEFAULT 0,
    state_version INTEGER NOT NULL DEFAULT 0,
    replaced INTEGER,
    moving INTEGER NOT NULL DEFAULT FALSE
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
  ${SET_ASIDE_SQL}
`;

/**
 * Migrates the file to this version's schema, entirely within the caller's transaction.
 * @returns what operators should know about it, in words
 * @throws {StoreRefusedError} when a newer version of Spark has created the file
 */
export function migrate(db: DatabaseSync, path: string): string[] {
  db.exec(HISTORY);
  const version = schemaVersion(db);
  if (version > VERSION) {
    throw new StoreRefusedError(
      `${path} was made by a newer version of Spark (schema ${version}, this one knows ${VERSION}): update the application, or name another file`,
    );
  }
  if (version === VERSION) return [];
  if (version === 1) return fromFirst(db);
  db.exec(OWN_TABLES);
  recordMigration(db, VERSION, "Spark's own tables");
  db.prepare('INSERT INTO spark_database (one, database_id) VALUES (1, ?)').run(newDatabaseId());
  return [];
}

/**
 * The first version looked up ids by a column that the library filled using JavaScript's lower case and triggers using SQLite's,
 * so that one id could occur twice; and its defaults and triggers required SQLite 3.42.
 */
function fromFirst(db: DatabaseSync): string[] {
  db.exec(`
    ALTER TABLE spark_migrations RENAME TO spark_migrations_before;
    ${HISTORY}
    INSERT INTO spark_migrations SELECT number, schema_version, what, at FROM spark_migrations_before;
    DROP TABLE spark_migrations_before;
    ALTER TABLE spark_database ADD COLUMN replaced INTEGER;
    ALTER TABLE spark_database ADD COLUMN moving INTEGER NOT NULL DEFAULT FALSE;
    ${SET_ASIDE_SQL}`);
  const told = [...repairState(db), ...repairTables(db)];
  recordMigration(db, VERSION, 'Ids are compared by SQLite itself, in every table');
  for (const what of told) recordMigration(db, VERSION, what);
  return told;
}

/** Spark's own documents too are looked up by SQLite's text comparison; of two with the same id the newer one stays. */
function repairState(db: DatabaseSync): string[] {
  const older = db
    .prepare(
      `SELECT version FROM spark_state AS one WHERE EXISTS
         (SELECT 1 FROM spark_state AS other WHERE lower(other.id) = lower(one.id) AND other.version > one.version)`,
    )
    .all();
  const told = older.map(({ version }) => {
    const said = setAsideState(db, Number(version), 'a newer one of this id is there');
    db.prepare('DELETE FROM spark_state WHERE version = ?').run(Number(version));
    return said;
  });
  db.exec('UPDATE spark_state SET _key = lower(id) WHERE _key <> lower(id)');
  return told;
}

/** Records what was changed, for operators. */
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
