import { NotACopyError, type TaskKey } from '@nestjs-spark/contracts';
import { isCopyOf, judgeStanding, type Judgement, type Overwrite } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentMark, DocumentTable } from '../entities/document-table.ts';
import { marksOf } from '../entities/split-document.ts';
import { allTables, tableOf } from '../entities/tables.ts';
import type { PreparedPut, PreparedSet } from './prepare-set.ts';

/**
 * Carries out what a set comes to; in a write transaction.
 * @throws {NotACopyError} when something that is not a copy of the task stands at ids that are put
 */
export function applySet(
  open: OpenDatabase,
  task: TaskKey,
  { puts, deletes, prefixes }: PreparedSet,
  overwrite: Overwrite | undefined,
): void {
  const own = isCopyOf(task);
  const isOwn = (mark: DocumentMark) => own(marksOf(mark.metadata));
  const put = new Set(prefixes.size > 0 ? puts.map(({ key }) => key) : []);
  for (const table of deletes.size + prefixes.size > 0 ? allTables(open) : []) {
    removeAll(table, table.marks([...deletes]).filter(isOwn));
    for (const prefix of prefixes) {
      const marks = table.marksByPrefix(prefix).filter((mark) => !put.has(mark.key));
      removeAll(table, marks.filter(isOwn));
    }
  }
  makeWay(open, task, puts, overwrite);
  for (const [collection, documents] of Map.groupBy(puts, (one) => one.collection)) {
    putAll(tableOf(open, collection), documents);
  }
}

/** Which of these ids hold something that a put of this task would not go over. */
export function findInTheWay(
  open: OpenDatabase,
  task: TaskKey,
  ids: readonly string[],
  overwrite: Overwrite | undefined,
): string[] {
  const keys = ids.map((id) => id.toLowerCase());
  const blocked = new Set<string>();
  for (const table of allTables(open)) {
    for (const mark of table.marks(keys)) {
      if (typeof judge(task, overwrite, table, mark, null) === 'object') blocked.add(mark.key);
    }
  }
  return ids.filter((id) => blocked.has(id.toLowerCase()));
}

function putAll(table: DocumentTable, puts: readonly PreparedPut[]): void {
  const now = Date.now();
  for (const { id, key, fields, metadata } of puts) table.put(id, key, fields, metadata, now);
}

/**
 * An id stands in one collection only. A copy that stands in another one was deleted at its source and made again here, of
 * which its task has not heard yet: it goes. Everything else that is not a copy of the task is in the way.
 */
function makeWay(
  open: OpenDatabase,
  task: TaskKey,
  puts: readonly PreparedPut[],
  overwrite: Overwrite | undefined,
): void {
  if (puts.length === 0) return;
  const byKey = new Map(puts.map((put) => [put.key, put]));
  const keys = [...byKey.keys()];
  const inTheWay = new Map<string, string>();
  for (const table of allTables(open)) {
    for (const mark of table.marks(keys)) {
      const put = byKey.get(mark.key);
      const judged = judge(task, overwrite, table, mark, put ?? null);
      if (judged === 'moved') table.remove(mark.key);
      else if (judged !== 'free') inTheWay.set(put?.id ?? mark.id, judged.reason);
    }
  }
  if (inTheWay.size > 0) throw new NotACopyError(inTheWay);
}

function judge(
  task: TaskKey,
  overwrite: Overwrite | undefined,
  { collection }: DocumentTable,
  { id, metadata }: DocumentMark,
  put: PreparedPut | null,
): Judgement {
  const there = { id, collection, ...marksOf(metadata) };
  const source = put && !isCopyOf(task)(there) ? marksOf(put.metadata).copyOf : null;
  const wanted = put && { collection: put.collection, source };
  return judgeStanding(task, overwrite, there, wanted);
}

export function removeAll(table: DocumentTable, marks: readonly DocumentMark[]): void {
  for (const { key } of marks) table.remove(key);
}
