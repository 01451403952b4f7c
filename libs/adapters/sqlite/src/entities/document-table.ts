import type { StatementSync } from 'node:sqlite';
import type { Etag } from '@nestjs-spark/contracts';
import { sqliteKey } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { eventTableName, quoteName } from '../schema/table-name.ts';
import { keepsEtags } from './keeps-etags.ts';

/** A document as stored in its table. */
export interface DocumentRow {
  etag: Etag;
  id: string;
  /** The fields, as JSON text. */
  document: string;
  /** What its writer put into the metadata besides the collection; null for nothing. */
  metadata: string | null;
  /** Milliseconds since 1970. */
  modified: number;
}

/** A row without its fields. */
export interface DocumentMark {
  etag: Etag;
  key: string;
  id: string;
  metadata: string | null;
}

/** The columns of a `DocumentRow`. */
export const ROW_COLUMNS =
  '_etag AS etag, id, _document AS document, _metadata AS metadata, _modified AS modified';
const MARK_COLUMNS = '_etag AS etag, lower(id) AS key, id, _metadata AS metadata';

/** Sorts after anything that can follow an id of 512 bytes. */
const HIGHEST = '\u{10ffff}'.repeat(129);

// NOCASE only compares what precedes a NUL, and the length of the rest, which is insufficient for such ids alone.
// The key is passed twice: on Node 22 values are bound by position only, and not to `?1`.
const HAS_KEY = 'id = ? AND lower(id) = lower(?)';

/** One collection's table. Lookups by id and by key (`sqliteKey`) are equivalent: SQLite folds the 26 ASCII letters. */
export class DocumentTable {
  readonly collection: string;
  readonly name: string;
  readonly #open: OpenDatabase;
  readonly #quoted: string;
  #put: StatementSync | null = null;
  #putFields: StatementSync | null = null;

  constructor(open: OpenDatabase, collection: string, name: string) {
    this.#open = open;
    this.collection = collection;
    this.name = name;
    this.#quoted = quoteName(name);
  }

  get quoted(): string {
    return this.#quoted;
  }

  get quotedEvents(): string {
    return quoteName(eventTableName(this.name));
  }

  get(key: string): DocumentRow | null {
    const sql = `SELECT ${ROW_COLUMNS} FROM ${this.#quoted} WHERE ${HAS_KEY}`;
    return this.#open.row<DocumentRow>(sql, key, key);
  }

  has(key: string): boolean {
    const sql = `SELECT 1 AS found FROM ${this.#quoted} WHERE ${HAS_KEY}`;
    return this.#open.row<{ found: number }>(sql, key, key) !== null;
  }

  mark(key: string): DocumentMark | null {
    const sql = `SELECT ${MARK_COLUMNS} FROM ${this.#quoted} WHERE ${HAS_KEY}`;
    return this.#open.row<DocumentMark>(sql, key, key);
  }

  /** The existing ones of many keys. */
  marks(keys: readonly string[]): DocumentMark[] {
    const sql = `SELECT ${MARK_COLUMNS} FROM ${this.#quoted} WHERE id IN (SELECT value FROM json_each(?))`;
    const found = this.#open.rows<DocumentMark>(sql, JSON.stringify(keys));
    return found.filter(({ key }) => !key.includes('\0') || keys.some((one) => sqliteKey(one) === key));
  }

  /** Whether any key has this prefix. */
  hasPrefix(prefix: string): boolean {
    const sql = `SELECT 1 AS found FROM ${this.#quoted} WHERE id >= ? AND id < ? LIMIT 1`;
    return this.#open.row<{ found: number }>(sql, prefix, `${prefix}${HIGHEST}`) !== null;
  }

  marksByPrefix(prefix: string): DocumentMark[] {
    const sql = `SELECT ${MARK_COLUMNS} FROM ${this.#quoted} WHERE id >= ? AND id < ?`;
    const found = this.#open.rows<DocumentMark>(sql, prefix, `${prefix}${HIGHEST}`);
    return found.filter(({ key }) => key.startsWith(sqliteKey(prefix)));
  }

  /** Documents with metadata of their own, in etag order: all copies are among them. */
  marksAfter(etag: Etag, limit: number): DocumentMark[] {
    const sql = `SELECT ${MARK_COLUMNS} FROM ${this.#quoted}
      WHERE _etag > ? AND _metadata IS NOT NULL ORDER BY _etag LIMIT ?`;
    return this.#open.rows<DocumentMark>(sql, etag, limit);
  }

  /** The same documents as whole rows, one by one. */
  wholeAfter(etag: Etag): Iterable<DocumentRow> {
    const sql = `SELECT ${ROW_COLUMNS} FROM ${this.#quoted}
      WHERE _etag > ? AND _metadata IS NOT NULL ORDER BY _etag`;
    const rows: Iterable<unknown> = this.#open.prepare(sql).iterate(etag);
    return rows as Iterable<DocumentRow>;
  }

  /** Documents from an etag on, in order, one by one. */
  from(etag: Etag): Iterable<DocumentRow> {
    const sql = `SELECT ${ROW_COLUMNS} FROM ${this.#quoted} WHERE _etag >= ? ORDER BY _etag`;
    const rows: Iterable<unknown> = this.#open.prepare(sql).iterate(etag);
    return rows as Iterable<DocumentRow>;
  }

  /** @returns false when nothing was written, without an error */
  put(id: string, document: string, metadata: string | null, modified: number): boolean {
    this.#put ??= this.#open.prepare(`
      INSERT INTO ${this.#quoted} (_etag, id, _document, _metadata, _modified)
      VALUES ((SELECT last_etag + 1 FROM spark_database), ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET _etag = excluded._etag, _document = excluded._document,
        _metadata = excluded._metadata, _modified = excluded._modified WHERE lower(id) = lower(excluded.id)`);
    return this.#put.run(id, document, metadata, modified).changes !== 0;
  }

  /** Writes its fields only: metadata and the spelling of the id stay. @returns false when the fields are unchanged */
  putFields(id: string, document: string, modified: number): boolean {
    this.#putFields ??= this.#open.prepare(`
      INSERT INTO ${this.#quoted} (_etag, id, _document, _modified)
      VALUES ((SELECT last_etag + 1 FROM spark_database), ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET _etag = excluded._etag, _document = excluded._document, _modified = excluded._modified
      WHERE lower(id) = lower(excluded.id) AND _document IS NOT excluded._document`);
    return this.#putFields.run(id, document, modified).changes !== 0;
  }

  /**
   * Inserts the rows for a replica's events after one place, up to and including another. None of these rows may exist yet, and none
   * of the events may be a delete.
   */
  putEvents(after: number, to: number, modified: number): void {
    const sql = `INSERT INTO ${this.#quoted} (_etag, id, _document, _modified)
      SELECT (SELECT last_etag FROM spark_database) + taken - ?, record_id, data, ?
      FROM spark_peer_events WHERE taken > ? AND taken <= ? ORDER BY taken`;
    this.#open.prepare(sql).run(after, modified, after, to);
  }

  remove(key: string): boolean {
    const { changes } = this.#open.prepare(`DELETE FROM ${this.#quoted} WHERE ${HAS_KEY}`).run(key, key);
    return changes !== 0;
  }

  /** Deletes after one etag, up to another, in order. */
  deletes(after: Etag, to: Etag, limit: number): { id: string; etag: Etag }[] {
    if (keepsEtags(this.#open, this.name)) {
      const shared = `SELECT record_id AS id, etag FROM ${this.quotedEvents}
        WHERE operation_type = 'DELETE' AND etag > ? AND etag <= ? ORDER BY etag LIMIT ?`;
      return this.#open.rows<{ id: string; etag: Etag }>(shared, after, to, limit);
    }
    const sql = `SELECT record_id AS id, sequence_number AS etag FROM ${this.quotedEvents}
      WHERE operation_type = 'DELETE' AND source_node_id = ? AND sequence_number > ? AND sequence_number <= ?
      ORDER BY sequence_number LIMIT ?`;
    return this.#open.rows<{ id: string; etag: Etag }>(sql, this.#open.databaseId, after, to, limit);
  }

  count(): number {
    return this.#open.number(`SELECT count(*) AS value FROM ${this.#quoted}`);
  }
}
