import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const DUMP = join(import.meta.dirname, '../regression/fixtures/sqlite-schema-1.sql');

/** A file as the first version left it; `more` is run on it afterwards, past the library. */
export function makeFirstSchemaFile(path: string, more = ''): void {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.exec(readFileSync(DUMP, 'utf8'));
  db.exec(`PRAGMA journal_mode = WAL; ${more}`);
  db.close();
}

/** Enough documents that carrying them over takes a while. */
export const MANY_DOCUMENTS = `
  WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
  INSERT INTO Cars (id, _document) SELECT 'many/' || n, json_object('Brand', 'brand ' || n, 'Price', n) FROM numbers;`;
