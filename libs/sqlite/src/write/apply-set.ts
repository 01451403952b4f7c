import { ContentRefusedError, type TaskKey } from '@nestjs-spark/contracts';
import { isCopyOf } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentMark, DocumentTable } from '../entities/document-table.ts';
import { marksOf } from '../entities/split-document.ts';
import { allTables, tableOf } from '../entities/tables.ts';
import type { PreparedPut, PreparedSet } from './prepare-set.ts';

/** Carries out what a set comes to; in a write transaction. */
export function applySet(open: OpenDatabase, task: TaskKey, { puts, deletes, prefixes }: PreparedSet): void {
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
  for (const [collection, documents] of Map.groupBy(puts, (one) => one.collection)) {
    putAll(open, tableOf(open, collection), documents);
  }
}

function putAll(open: OpenDatabase, table: DocumentTable, puts: readonly PreparedPut[]): void {
  clearElsewhere(
    open,
    table,
    puts.map(({ key }) => key),
  );
  const now = Date.now();
  for (const { id, key, fields, metadata } of puts) {
    if (!table.put(id, key, fields, metadata, now)) throw passedOver(id, 'is not written');
  }
}

/**
 * An id stands in one collection only. A copy that stands in another one was deleted at its source and made again here,
 * of which its task has not heard yet; a document of the module's own is left alone.
 */
function clearElsewhere(open: OpenDatabase, table: DocumentTable, keys: readonly string[]): void {
  for (const other of allTables(open)) {
    if (other.name === table.name) continue;
    for (const mark of other.marks(keys)) {
      if (marksOf(mark.metadata).generation === null) {
        throw new ContentRefusedError(
          `Document ${JSON.stringify(mark.id)} is one of ${other.collection} and cannot be put into ${table.collection}`,
          mark.id,
        );
      }
      removeAll(other, [mark]);
    }
  }
}

export function removeAll(table: DocumentTable, marks: readonly DocumentMark[]): void {
  for (const { id, key } of marks) {
    if (!table.remove(key)) throw passedOver(id, 'stays');
  }
}

/** A trigger of another program may pass over a statement without an error. */
function passedOver(id: string, what: string): ContentRefusedError {
  return new ContentRefusedError(
    `Document ${JSON.stringify(id)} ${what}: a trigger on its table ignores it`,
    id,
  );
}
