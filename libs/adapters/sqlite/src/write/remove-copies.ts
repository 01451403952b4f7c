import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CopyMark, CopyMarks } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import type { DocumentMark, DocumentTable } from '../entities/document-table.ts';
import { marksOf } from '../entities/split-document.ts';
import { allTables } from '../entities/tables.ts';
import { removeAll } from './apply-set.ts';

const STEP = 1_000;

/**
 * Goes through the copies of all tables and removes those that are not wanted, in transactions of bounded size.
 * @param fence called first in each of them; throws when somebody else has moved on
 * @returns how many were removed
 */
export async function removeCopies(
  database: SqliteDatabase,
  unwanted: (copy: CopyMarks) => boolean,
  fence: (open: OpenDatabase) => void,
): Promise<number> {
  let removed = 0;
  const names = await database.read((open) => allTables(open).map(({ name }) => name));
  for (const name of names) {
    let after = 0;
    for (let more = true; more;) {
      const step = await database.write((open) => {
        fence(open);
        return removeStep(open, name, after, unwanted);
      });
      removed += step.removed;
      more = step.scanned === STEP;
      after = step.to;
      await nextTurn();
    }
  }
  return removed;
}

/** The copies that are wanted, from all tables, some at a time. */
export async function* listCopies(
  database: SqliteDatabase,
  wanted: (copy: CopyMarks) => boolean,
): AsyncGenerator<CopyMark[]> {
  const names = await database.read((open) => allTables(open).map(({ name }) => name));
  for (const name of names) {
    let marks: DocumentMark[] = [];
    do {
      const after = marks.at(-1)?.etag ?? 0;
      marks = await database.read((open) => tableNamed(open, name)?.marksAfter(after, STEP) ?? []);
      yield marks.map(({ id, metadata }) => ({ id, ...marksOf(metadata) })).filter(wanted);
      await nextTurn();
    } while (marks.length === STEP);
  }
}

function tableNamed(open: OpenDatabase, name: string): DocumentTable | undefined {
  return allTables(open).find((one) => one.name === name);
}

function removeStep(
  open: OpenDatabase,
  name: string,
  after: number,
  unwanted: (copy: CopyMarks) => boolean,
): { scanned: number; removed: number; to: number } {
  const table = tableNamed(open, name);
  const marks: DocumentMark[] = table?.marksAfter(after, STEP) ?? [];
  const found = marks.filter((mark) => unwanted(marksOf(mark.metadata)));
  if (table) removeAll(table, found);
  return { scanned: marks.length, removed: found.length, to: marks.at(-1)?.etag ?? after };
}
