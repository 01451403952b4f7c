import { StoreRefusedError } from '@nestjs-spark/contracts';
import { storedName } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { recordMigration, schemaVersion } from '../connect/schema.ts';
import { eventsSql } from './event-table.ts';
import type { TableDeclaration } from './declaration.ts';
import { DocumentTable } from './document-table.ts';
import { jsonPath, quoteName, tableName } from './table-name.ts';
import { documentTableSql, indexedColumnSql } from './table-schema.ts';

const known = new WeakMap<OpenDatabase, Map<string, DocumentTable>>();

/** All tables of documents that the file has. */
export function allTables(open: OpenDatabase): DocumentTable[] {
  const tables = known.get(open) ?? new Map<string, DocumentTable>();
  known.set(open, tables);
  const rows = open.rows<{ collection: string; name: string }>('SELECT collection, name FROM spark_tables');
  return rows.map(({ collection, name }) => {
    const table = tables.get(name) ?? new DocumentTable(open, collection, name);
    tables.set(name, table);
    return table;
  });
}

export function findTable(open: OpenDatabase, collection: string): DocumentTable | null {
  const wanted = collection.toLowerCase();
  return allTables(open).find((table) => table.collection.toLowerCase() === wanted) ?? null;
}

/** The table of a collection, made when there is none; in a write transaction. */
export function tableOf(open: OpenDatabase, collection: string): DocumentTable {
  return findTable(open, collection) ?? makeTable(open, { collection });
}

/** Makes and brings to their declarations the tables of an application, in one transaction. */
export function declareTables(
  database: SqliteDatabase,
  declarations: readonly TableDeclaration[],
): Promise<void> {
  return database.write((open) => {
    for (const declaration of declarations) declareTable(open, declaration);
  });
}

/**
 * Brings a table to its declaration. Only adds: a column and index that is no longer declared stays.
 * @throws {StoreRefusedError} when the declaration cannot be had without losing or hiding data
 */
export function declareTable(open: OpenDatabase, declaration: TableDeclaration): DocumentTable {
  const { collection, indexes = [] } = declaration;
  const table = findTable(open, collection) ?? makeTable(open, declaration);
  if (declaration.table !== undefined && declaration.table.toLowerCase() !== table.name.toLowerCase()) {
    throw new StoreRefusedError(
      `${collection} is kept in the table ${table.name} and cannot go on in ${declaration.table}: its documents would be left behind. Name the table ${table.name} in @Entity(), or rename it and its event table yourself.`,
    );
  }
  const columns = columnsOf(open, table.name);
  for (const index of indexes) {
    const field = storedName(index);
    if (!columns.has(field.toLowerCase())) addIndex(open, table, field);
  }
  return table;
}

function makeTable(open: OpenDatabase, { collection, table }: TableDeclaration): DocumentTable {
  const name = table ?? tableName(collection);
  if (columnsOf(open, name).size > 0) {
    throw new StoreRefusedError(
      `${collection} cannot be kept in the table ${name}, which is there and not Spark's: name another one with @Entity({ table })`,
    );
  }
  open.db.exec(documentTableSql(name) + eventsSql(name));
  open.prepare('INSERT INTO spark_tables (collection, name) VALUES (?, ?)').run(collection, name);
  recordMigration(open.db, schemaVersion(open.db), `table ${name} for ${collection}`);
  return new DocumentTable(open, collection, name);
}

function addIndex(open: OpenDatabase, table: DocumentTable, field: string): void {
  if (jsonPath(field) === null || field.startsWith('_') || field === '') {
    throw new StoreRefusedError(`${table.collection} cannot have an index on ${JSON.stringify(field)}`);
  }
  open.db.exec(indexedColumnSql(table.name, field));
  recordMigration(open.db, schemaVersion(open.db), `index on ${field} of ${table.name}`);
}

/** In lower case, generated ones included. */
export function columnsOf(open: OpenDatabase, table: string): Set<string> {
  const rows = open.db.prepare(`PRAGMA table_xinfo(${quoteName(table)})`).all();
  return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}
