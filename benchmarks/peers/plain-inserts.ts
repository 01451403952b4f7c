import { DatabaseSync } from 'node:sqlite';

/** How a commit reaches the disk: SQLite's `PRAGMA synchronous`. */
export type Sync = 'FULL' | 'NORMAL';

export const pragmasOf = (sync: Sync): string =>
  `PRAGMA synchronous = ${sync}; PRAGMA wal_autocheckpoint = 1000`;

/** Inserts into a table of a file, each in its own transaction: the minimum cost for SQLite. */
export function plainInserts(
  path: string,
  sync: Sync,
): { insert: (id: string, document: string) => void; close: () => void } {
  const db = new DatabaseSync(path);
  db.exec(pragmasOf(sync));
  db.exec('CREATE TABLE plain (id TEXT PRIMARY KEY, document TEXT NOT NULL)');
  const statement = db.prepare('INSERT INTO plain VALUES (?, ?)');
  return { insert: (id, document) => void statement.run(id, document), close: () => db.close() };
}
