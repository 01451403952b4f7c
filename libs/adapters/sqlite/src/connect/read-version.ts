import type { SqliteDatabase } from './sqlite-database.ts';

/** The version of SQLite itself, such as `3.50.4`. */
export function readVersion(database: SqliteDatabase): Promise<string | null> {
  return database.read(
    (open) => open.row<{ version: string }>('SELECT sqlite_version() AS version')?.version ?? null,
  );
}
