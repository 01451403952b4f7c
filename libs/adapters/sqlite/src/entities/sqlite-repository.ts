import type { Change, ListQuery, Page, Repository, Stored, Where } from '@nestjs-spark/contracts';
import {
  checkDelete,
  checkUnreserved,
  EntityMapping,
  PAGE_SIZE,
  pageByPage,
  readPage,
  type EntityPut,
  type QueryBehind,
} from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import type { TableDeclaration } from './declaration.ts';
import { ROW_COLUMNS, type DocumentRow, type DocumentTable } from './document-table.ts';
import { fromEntityText } from './entity-text.ts';
import { toListSql } from './list-sql.ts';
import { newId } from './new-id.ts';
import { passedOver } from './passed-over.ts';
import { putDocument, removeDocument, requireVersion } from './put-document.ts';
import { declareTable, findTable, indexedColumns } from './tables.ts';
import { versionOf } from './version.ts';

/** A table that is queried, and which of its fields have a column for their index. */
interface Listed {
  readonly table: DocumentTable;
  readonly indexed: ReadonlySet<string>;
}

/** One collection of the application's documents in SQLite. */
export class SqliteRepository<T extends object> implements Repository<T> {
  readonly #database: SqliteDatabase;
  readonly #declaration: TableDeclaration;
  readonly #mapping: EntityMapping;

  /** @param prototype of the returned entities; default: plain objects */
  constructor(database: SqliteDatabase, declaration: TableDeclaration, prototype: object = Object.prototype) {
    this.#database = database;
    this.#declaration = declaration;
    this.#mapping = new EntityMapping(prototype, declaration.dictionaries);
  }

  get(id: string): Promise<Stored<T> | null> {
    return this.#database.read((open) => {
      const row = this.#find(open)?.get(id);
      return row ? this.#toEntity(open, row) : null;
    });
  }

  list(query: ListQuery<T> = {}): Promise<Page<T>> {
    return this.#database.read((open) => {
      const listed = this.#listed(open);
      if (!listed) return { items: [], total: 0 };
      return { items: this.#items(open, listed, query), total: this.#total(open, listed, query.where) };
    });
  }

  exists(id: string): Promise<boolean> {
    return this.#database.read((open) => this.#find(open)?.has(id) ?? false);
  }

  count(where?: Where<T>): Promise<number> {
    return this.#database.read((open) => {
      const listed = this.#listed(open);
      return listed ? this.#total(open, listed, where) : 0;
    });
  }

  all(where?: Where<T>): AsyncIterable<Stored<T>> {
    return pageByPage((after) =>
      this.#database.read((open) => {
        const listed = this.#listed(open);
        return listed ? this.#items(open, listed, { ...(where && { where }), after, take: PAGE_SIZE }) : [];
      }),
    );
  }

  async create(entity: T): Promise<Stored<T>> {
    const putAt = this.#mapping.put(entity);
    return this.#database.writeOne((open) => {
      const table = this.#table(open);
      const id = newId(open, table);
      return this.#put(open, table, id, putAt(id), null);
    });
  }

  async put(id: string, entity: T, options: { version?: string } = {}): Promise<Stored<T>> {
    const put = this.#mapping.put(entity)(id);
    return this.#database.writeOne((open) => this.#put(open, this.#table(open), id, put, options.version));
  }

  async patch(id: string, changes: Partial<T>): Promise<Stored<T> | null> {
    checkUnreserved(id, this.#declaration.collection);
    const fields = this.#mapping.patch(id, changes);
    return this.#database.writeOne((open) => {
      const table = this.#find(open);
      const there = table?.get(id);
      if (!table || !there) return null;
      const isWritten = table.put(there.id, fields(there.document), there.metadata, Date.now());
      if (!isWritten) throw passedOver(there.id, 'is not written');
      const row = table.get(id);
      return row && this.#toEntity(open, row);
    });
  }

  async delete(id: string, { version }: { version?: string } = {}): Promise<Change | null> {
    checkDelete(id, this.#declaration.collection);
    return this.#database.writeOne((open) => {
      const table = this.#find(open);
      if (version !== undefined) requireVersion(open, table, id, version);
      return removeDocument(table, id) ? { databaseId: open.databaseId, etag: open.lastEtag } : null;
    });
  }

  #listed(open: OpenDatabase): Listed | null {
    const table = this.#find(open);
    return table && { table, indexed: indexedColumns(open, table.name) };
  }

  #items(open: OpenDatabase, { table, indexed }: Listed, query: QueryBehind<T>): Stored<T>[] {
    const { skip, take } = readPage(query);
    const { filter, order, parameters } = toListSql(query, indexed, this.#mapping);
    const sql = `SELECT ${ROW_COLUMNS} FROM ${table.quoted} ${filter} ${order} LIMIT ? OFFSET ?`;
    return open.rows<DocumentRow>(sql, ...parameters, take, skip).map((row) => this.#toEntity(open, row));
  }

  #total(open: OpenDatabase, { table, indexed }: Listed, where?: Where<T>): number {
    const { filter, parameters } = toListSql({ ...(where && { where }) }, indexed, this.#mapping);
    return open.number(`SELECT count(*) AS value FROM ${table.quoted} ${filter}`, ...parameters);
  }

  #put(
    open: OpenDatabase,
    table: DocumentTable,
    id: string,
    put: EntityPut,
    version: string | null | undefined,
  ): Stored<T> {
    const write = { kind: 'put', declaration: this.#declaration, id, version, ...put } as const;
    const document = putDocument(open, table, write);
    return this.#toEntity(open, { id, document, etag: open.lastEtag });
  }

  #toEntity(open: OpenDatabase, row: Pick<DocumentRow, 'id' | 'document' | 'etag'>): Stored<T> {
    const { databaseId } = open;
    const { collection } = this.#declaration;
    const origin = { id: row.id, version: versionOf(open, collection, row), collection, text: row.document };
    return fromEntityText<T>(this.#mapping, origin, { databaseId, etag: row.etag });
  }

  #find(open: OpenDatabase): DocumentTable | null {
    return findTable(open, this.#declaration.collection);
  }

  #table(open: OpenDatabase): DocumentTable {
    return this.#find(open) ?? declareTable(open, this.#declaration);
  }
}
