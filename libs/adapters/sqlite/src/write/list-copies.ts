import { setImmediate as nextTurn } from 'node:timers/promises';
import { isCopyOf, sqliteKey, type StoredCopy } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import type { DocumentMark, DocumentTable } from '../entities/document-table.ts';
import { marksOf } from '../entities/split-document.ts';
import { allTables } from '../entities/tables.ts';

const STEP = 1_000;

/** The copies of a name from all tables, some at a time. */
export async function* listCopies(database: SqliteDatabase, name: string): AsyncGenerator<StoredCopy[]> {
  const own = isCopyOf(name);
  const tables = await database.read((open) => allTables(open).map((table) => table.name));
  for (const table of tables) {
    let marks: DocumentMark[] = [];
    do {
      const after = marks.at(-1)?.etag ?? 0;
      marks = await database.read((open) => tableNamed(open, table)?.marksAfter(after, STEP) ?? []);
      yield marks.map(toCopy).filter(own);
      await nextTurn();
    } while (marks.length === STEP);
  }
}

/** Those at these ids. */
export function findCopies(
  database: SqliteDatabase,
  name: string,
  ids: readonly string[],
): Promise<StoredCopy[]> {
  const keys = ids.map(sqliteKey);
  return database.read((open) =>
    allTables(open)
      .flatMap((table) => table.marks(keys).map(toCopy))
      .filter(isCopyOf(name)),
  );
}

function tableNamed(open: OpenDatabase, name: string): DocumentTable | undefined {
  return allTables(open).find((one) => one.name === name);
}

function toCopy({ id, etag, metadata }: DocumentMark): StoredCopy {
  return { id, ...marksOf(metadata), version: String(etag) };
}
