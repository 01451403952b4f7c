import { NotACopyError, VersionConflictError } from '@nestjs-spark/contracts';
import {
  hasOtherSpellings,
  isCopyOf,
  isRemovedBy,
  judgeStanding,
  spellingsOf,
  sqliteKey,
  type Effect,
  type Judgement,
  type Overwrite,
  type StandingCopy,
  type StoredCopy,
} from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentMark, DocumentTable } from '../entities/document-table.ts';
import { passedOver } from '../entities/passed-over.ts';
import { marksOf } from '../entities/split-document.ts';
import { allTables, tableOf } from '../entities/tables.ts';
import type { PreparedPut, PreparedSet } from './prepare-set.ts';

/**
 * Carries out what a set comes to; in a write transaction.
 * @returns how many copies were removed
 * @throws {NotACopyError} when something that is not a copy of the task stands at ids that are put
 */
export function applySet(
  open: OpenDatabase,
  name: string,
  { puts, effect }: PreparedSet,
  overwrite: Overwrite | undefined,
): number {
  const isRemoved = isRemovedBy(effect, name);
  const { deletes, prefixes } = effect;
  let removed = 0;
  for (const table of deletes.size + prefixes.size > 0 ? allTables(open) : []) {
    const spelled = spellingsIn(table, effect);
    const marks = [
      ...table.marks(spelled(deletes)),
      ...spelled(prefixes).flatMap((prefix) => table.marksByPrefix(prefix)),
    ];
    const found = new Map(marks.filter((mark) => isRemoved(copyOf(mark))).map((mark) => [mark.key, mark]));
    removeAll(table, [...found.values()]);
    removed += found.size;
  }
  removeRespelled(open, name, effect);
  makeWay(open, name, puts, overwrite);
  for (const [collection, documents] of Map.groupBy(puts, (one) => one.collection)) {
    putAll(tableOf(open, collection), documents);
  }
  return removed;
}

/** What a document with other capitals was copied to before, where its owner treats both as one id and SQLite does not. */
function removeRespelled(open: OpenDatabase, name: string, effect: Effect): void {
  const { puts, rule } = effect;
  if (rule === 'sqlite') return;
  const respelled = [...puts].filter(([, { id }]) => hasOtherSpellings(id));
  if (respelled.length === 0) return;
  const own = isCopyOf(name);
  const kept = new Set(respelled.map(([, { id }]) => sqliteKey(id)));
  for (const table of allTables(open)) {
    const keys = spellingsIn(table, effect)(respelled.map(([key]) => key)).filter((key) => !kept.has(key));
    removeAll(
      table,
      table.marks(keys).filter((mark) => own(copyOf(mark))),
    );
  }
}

/** The keys of this store for keys of the owner's, as far as they may be there. */
function spellingsIn(table: DocumentTable, { rule }: Effect): (keys: Iterable<string>) => string[] {
  if (rule === 'sqlite') return (keys) => [...keys];
  const known = new Map<string, boolean>();
  const exists = (prefix: string): boolean => {
    const there = known.get(prefix) ?? table.hasPrefix(prefix);
    known.set(prefix, there);
    return there;
  };
  return (keys) => [...keys].flatMap((key) => spellingsOf(key, exists));
}

function copyOf({ id, metadata }: DocumentMark): StandingCopy {
  return { id, ...marksOf(metadata) };
}

/**
 * Removes these copies as they were listed; in a write transaction.
 * @throws {VersionConflictError} when one has been written since, or is gone
 */
export function removeAsListed(
  open: OpenDatabase,
  copies: readonly Pick<StoredCopy, 'id' | 'version'>[],
): void {
  const left = new Map(copies.map(({ id, version }) => [sqliteKey(id), version]));
  for (const table of allTables(open)) {
    const marks = table.marks([...left.keys()]);
    const asListed = marks.filter(({ key, etag }) => left.get(key) === String(etag));
    for (const { key } of asListed) left.delete(key);
    removeAll(table, asListed);
  }
  for (const id of left.keys()) throw new VersionConflictError(id);
}

/** Which of these ids hold something that a put of this task would not replace. */
export function findInTheWay(
  open: OpenDatabase,
  name: string,
  ids: readonly string[],
  overwrite: Overwrite | undefined,
): string[] {
  const keys = ids.map(sqliteKey);
  const blocked = new Set<string>();
  for (const table of allTables(open)) {
    for (const mark of table.marks(keys)) {
      if (typeof judge(name, overwrite, table, mark, null) === 'object') blocked.add(mark.key);
    }
  }
  return ids.filter((id) => blocked.has(sqliteKey(id)));
}

function putAll(table: DocumentTable, puts: readonly PreparedPut[]): void {
  const now = Date.now();
  for (const { id, fields, metadata } of puts) {
    if (!table.put(id, fields, metadata, now)) throw passedOver(id, 'is not written');
  }
}

/**
 * An id is in one collection only. A copy in another one was deleted at its source and recreated here, of
 * which its task has not heard yet: it goes. Everything else that is not a copy of the task is in the way.
 */
function makeWay(
  open: OpenDatabase,
  name: string,
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
      const judged = judge(name, overwrite, table, mark, put ?? null);
      if (judged === 'moved') removeAll(table, [mark]);
      else if (judged !== 'free') inTheWay.set(put?.id ?? mark.id, judged.reason);
    }
  }
  if (inTheWay.size > 0) throw new NotACopyError(inTheWay);
}

function judge(
  name: string,
  overwrite: Overwrite | undefined,
  { collection }: DocumentTable,
  { id, metadata }: DocumentMark,
  put: PreparedPut | null,
): Judgement {
  const there = { id, collection, ...marksOf(metadata) };
  const source = put && !isCopyOf(name)(there) ? marksOf(put.metadata).copyOf : null;
  const wanted = put && { collection: put.collection, source };
  return judgeStanding(name, overwrite, there, wanted);
}

function removeAll(table: DocumentTable, marks: readonly DocumentMark[]): void {
  for (const { id, key } of marks) {
    if (!table.remove(key)) throw passedOver(id, 'stays');
  }
}
