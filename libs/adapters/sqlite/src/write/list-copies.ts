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

/** What a table has after an etag, as much as one step has. */
interface Step<T> {
  copies: T[];
  after: Etag;
  ended: boolean;
}

/** The copies of a name from all tables, some at a time. */
export function listCopies(database: SqliteDatabase, name: string): AsyncGenerator<StoredCopy[]> {
  const own = isCopyOf(name);
  return inSteps(database, (table, after) => {
    const marks = table.marksAfter(after, STEP);
    const copies = marks.map(toCopy).filter(own);
    return { copies, after: marks.at(-1)?.etag ?? after, ended: marks.length < STEP };
  });
}

/** The same with their contents. */
export function wholeCopies(database: SqliteDatabase, name: string): AsyncGenerator<WholeCopy[]> {
  const own = isCopyOf(name);
  return inSteps(database, (table, after, { databaseId }) => {
    const copies: WholeCopy[] = [];
    let rows = 0;
    let characters = 0;
    for (const row of table.wholeAfter(after)) {
      const copy = toCopy(row);
      if (own(copy)) copies.push({ ...copy, text: joinDocument(row, table.collection, databaseId) });
      characters += row.document.length;
      if (++rows >= STEP || characters >= STEP_CHARACTERS) return { copies, after: row.etag, ended: false };
    }
    return { copies, after, ended: true };
  });
}

async function* inSteps<T>(
  database: SqliteDatabase,
  read: (table: DocumentTable, after: Etag, open: OpenDatabase) => Step<T>,
): AsyncGenerator<T[]> {
  const tables = await database.read((open) => allTables(open).map((table) => table.name));
  for (const name of tables) {
    for (let step: Step<T> = { copies: [], after: 0, ended: false }; !step.ended;) {
      const { after } = step;
      step = await database.read((open) => {
        const table = tableNamed(open, name);
        return table ? read(table, after, open) : { copies: [], after, ended: true };
      });
      yield step.copies;
      await nextTurn();
    }
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

function toCopy({ id, etag, metadata }: Pick<DocumentMark, 'id' | 'etag' | 'metadata'>): StoredCopy {
  return { id, ...marksOf(metadata), version: String(etag) };
}
