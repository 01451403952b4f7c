import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Etag } from '@nestjs-spark/contracts';
import { isCopyOf, sqliteKey, type StoredCopy, type WholeCopy } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import type { DocumentMark, DocumentTable } from '../entities/document-table.ts';
import { joinDocument } from '../entities/join-document.ts';
import { marksOf } from '../entities/split-document.ts';
import { allTables } from '../entities/tables.ts';

const STEP = 1_000;
/** Fewer whole copies are read at once if they are large. */
const STEP_CHARACTERS = 2 * 1024 * 1024;

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

/** The same with their contents. */
export async function* wholeCopies(database: SqliteDatabase, name: string): AsyncGenerator<WholeCopy[]> {
  const own = isCopyOf(name);
  const tables = await database.read((open) => allTables(open).map((table) => table.name));
  for (const table of tables) {
    for (let after = 0, ended = false; !ended;) {
      const step = await database.read((open) => readWhole(open, table, after, own));
      yield step.copies;
      ({ after, ended } = step);
      await nextTurn();
    }
  }
}

/** Those after an etag in one table, as many as fit into one step. */
function readWhole(
  open: OpenDatabase,
  name: string,
  after: Etag,
  own: (copy: StoredCopy) => boolean,
): { copies: WholeCopy[]; after: Etag; ended: boolean } {
  const copies: WholeCopy[] = [];
  const table = tableNamed(open, name);
  if (!table) return { copies, after, ended: true };
  let rows = 0;
  let characters = 0;
  for (const row of table.wholeAfter(after)) {
    const copy = toCopy(row);
    if (own(copy)) copies.push({ ...copy, text: joinDocument(row, table.collection, open.databaseId) });
    characters += row.document.length;
    if (++rows >= STEP || characters >= STEP_CHARACTERS) return { copies, after: row.etag, ended: false };
  }
  return { copies, after, ended: true };
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

function toCopy({ id, etag, metadata }: Pick<DocumentMark, 'id' | 'etag' | 'metadata'>): StoredCopy {
  return { id, ...marksOf(metadata), version: String(etag) };
}
