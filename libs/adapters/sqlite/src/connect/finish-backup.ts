import { newDatabaseId } from '../schema/migrate.ts';
import { nodeSqlite } from './node-sqlite.ts';

/**
 * Makes a copied file a separate database: with a new id, and without events, whose numbers would otherwise be reused for other
 * changes.
 */
export function finishBackup(path: string): void {
  const { DatabaseSync } = nodeSqlite();
  const db = new DatabaseSync(path);
  try {
    db.exec('BEGIN IMMEDIATE');
    db.prepare('UPDATE spark_database SET database_id = ?, trimmed = last_etag, confirmed = last_etag').run(
      newDatabaseId(),
    );
    for (const { name } of db.prepare('SELECT name FROM spark_tables').all()) {
      db.exec(`DELETE FROM "${String(name).replaceAll('"', '""')}_Events"`);
    }
    db.exec('COMMIT');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
  } finally {
    db.close();
  }
}
