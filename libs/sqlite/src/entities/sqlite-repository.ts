import type { ListQuery, Page, Repository, Stored } from '@nestjs-spark/contracts';
import { checkPut } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import type { TableDeclaration } from './declaration.ts';
import { ROW_COLUMNS, type DocumentRow, type DocumentTable } from './document-table.ts';
import { fromEntityText, toEntityText } from './entity-text.ts';
import { toListSql } from './list-sql.ts';
import { newId } from './new-id.ts';
import { toFieldChanges } from './patch-sql.ts';
import { putDocument, requireVersion } from './put-document.ts';
import { columnsOf, declareTable, findTable } from './tables.ts';
import { versionOf } from './version.ts';

/** One collection of the application's documents in SQLite. */
export class SqliteRepository<T extends object> implements Repository<T> {
  readonly #database: SqliteDatabase;
  readonly #declaration: TableDeclaration;
  readonly #prototype: object;

  /** @param prototype what the entities that come back are made of; plain objects when left out */
  constructor(database: SqliteDatabase, declaration: TableDeclaration, prototype: object = Object.prototype) {
    this.#database = database;
    this.#declaration = declaration;
    this.#prototype = prototype;
  }

  get(id: string): Promise<Stored<T> | null> {
    return this.#database.read((open) => {
      const row = this.#find(open)?.get(id.toLowerCase());
      return row ? this.#toEntity(open, row) : null;
    });
  }

  list(query: ListQuery<T> = {}): Promise<Page<T>> {
    const { skip = 0, take = 25 } = query;
    return this.#database.read((open) => {
      const table = this.#find(open);
      if (!table) return { items: [], total: 0 };
      const { filter, order, parameters } = toListSql(query, columnsOf(open, table.name), this.#prototype);
      const total = open.number(`SELECT count(*) AS value FROM ${table.quoted} ${filter}`, ...parameters);
      const sql = `SELECT ${ROW_COLUMNS} FROM ${table.quoted} ${filter} ${order} LIMIT ? OFFSET ?`;
      const rows = open.rows<DocumentRow>(sql, ...parameters, take, skip);
      return { items: rows.map((row) => this.#toEntity(open, row)), total };
    });
  }

  async create(entity: T): Promise<Stored<T>> {
    const text = toEntityText(entity, this.#prototype);
    return this.#database.write((open) => {
      const table = this.#table(open);
      return this.#put(open, table, newId(open, table), text);
    });
  }

  async put(id: string, entity: T, options: { version?: string } = {}): Promise<Stored<T>> {
    const text = toEntityText(entity, this.#prototype);
    return this.#database.write((open) => {
      const table = this.#table(open);
      if (options.version !== undefined) requireVersion(open, table, id, options.version);
      return this.#put(open, table, id, text);
    });
  }

  async patch(id: string, changes: Partial<T>): Promise<Stored<T> | null> {
    const { expression, parameters } = toFieldChanges(changes, this.#prototype);
    for (const parameter of parameters) checkPut(id, parameter);
    return this.#database.write((open) => {
      const table = this.#find(open);
      const key = id.toLowerCase();
      if (!table?.mark(key)) return null;
      const sql = `UPDATE ${table.quoted} SET _document = ${expression}, _modified = ?,
        _etag = (SELECT last_etag + 1 FROM spark_database) WHERE _key = ?`;
      open.prepare(sql).run(...parameters, Date.now(), key);
      const row = table.get(key);
      return row && this.#toEntity(open, row);
    });
  }

  delete(id: string): Promise<boolean> {
    return this.#database.write((open) => this.#find(open)?.remove(id.toLowerCase()) ?? false);
  }

  #put(open: OpenDatabase, table: DocumentTable, id: string, text: string): Stored<T> {
    const document = checkPut(id, text);
    putDocument(open, table, id, document);
    return fromEntityText<T>(id, document, versionOf(open.lastEtag, open.databaseId), this.#prototype);
  }

  #toEntity(open: OpenDatabase, { id, document, etag }: DocumentRow): Stored<T> {
    return fromEntityText<T>(id, document, versionOf(etag, open.databaseId), this.#prototype);
  }

  #find(open: OpenDatabase): DocumentTable | null {
    return findTable(open, this.#declaration.collection);
  }

  #table(open: OpenDatabase): DocumentTable {
    return this.#find(open) ?? declareTable(open, this.#declaration);
  }
}
