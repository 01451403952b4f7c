import { StoreRefusedError } from '@nestjs-spark/contracts';
import { storedName } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { canHaveColumn } from '../schema/document-table-sql.ts';
import { recordMigration, schemaVersion } from '../schema/migrate.ts';
import { indexedFields, makeTableSql, rebuildTable } from '../schema/rebuild-table.ts';
import { jsonPath, quoteName, tableName } from '../schema/table-name.ts';
import type { TableDeclaration } from './declaration.ts';
import { DocumentTable } from './document-table.ts';

/** The tables of a file as read by a connection. */
interface Known {
  readonly byName: Map<string, DocumentTable>;
  all: readonly DocumentTable[];
  /** The data version when it looked, and the transaction in which it did. */
  version: number;
  transaction: number;
  /** The transaction that creates tables: what it sees may be rolled back. */
  making: number;
}

const NEVER = -1;
const files = new WeakMap<OpenDatabase, Known>();

/** All document tables of the file; only read again when another connection has written, or this one has created a table. */
export function allTables(open: OpenDatabase): readonly DocumentTable[] {
  const known = knownOf(open);
  const { transaction } = open;
  if (known.transaction === transaction) return known.all;
  const version = open.dataVersion;
  if (known.version !== version) known.all = readTables(open, known.byName);
  const mayStay = known.making !== transaction;
  known.version = mayStay ? version : NEVER;
  known.transaction = mayStay ? transaction : NEVER;
  return known.all;
}

function knownOf(open: OpenDatabase): Known {
  const known = files.get(open) ?? {
    byName: new Map(),
    all: [],
    version: NEVER,
    transaction: NEVER,
    making: NEVER,
  };
  files.set(open, known);
  return known;
}

function readTables(open: OpenDatabase, tables: Map<string, DocumentTable>): DocumentTable[] {
  const rows = open.rows<{ collection: string; name: string }>('SELECT collection, name FROM spark_tables');
  return rows.map(({ collection, name }) => {
    const table = tables.get(name) ?? new DocumentTable(open, collection, name);
    tables.set(name, table);
    return table;
  });
}

function forgetTables(open: OpenDatabase): void {
  Object.assign(knownOf(open), { version: NEVER, transaction: NEVER, making: open.transaction });
}

export function findTable(open: OpenDatabase, collection: string): DocumentTable | null {
  return allTables(open).find((table) => sameName(table.collection, collection)) ?? null;
}

/** The table of a collection, created if it is missing; in a write transaction. */
export function tableOf(open: OpenDatabase, collection: string): DocumentTable {
  return findTable(open, collection) ?? makeTable(open, { collection });
}

/** Creates an application's tables and updates them to their declarations, in one transaction. */
export function declareTables(
  database: SqliteDatabase,
  declarations: readonly TableDeclaration[],
): Promise<void> {
  return database.alterTables((open) => {
    for (const declaration of declarations) bringTo(open, declaration, declareTable(open, declaration));
  });
}

/**
 * The table of a declaration, created if it is missing; in a write transaction.
 * @throws {StoreRefusedError} when the declaration cannot be applied without losing or hiding data
 */
export function declareTable(open: OpenDatabase, declaration: TableDeclaration): DocumentTable {
  const { collection } = declaration;
  const table = findTable(open, collection) ?? makeTable(open, declaration);
  if (declaration.table !== undefined && !sameName(declaration.table, table.name)) {
    throw new StoreRefusedError(
      `${collection} is stored in the table ${table.name} and cannot continue in ${declaration.table}: its documents would be left behind. Name the table ${table.name} in @Entity(), or rename it and its event table yourself.`,
    );
  }
  return table;
}

function makeTable(open: OpenDatabase, declaration: TableDeclaration): DocumentTable {
  const { collection, table } = declaration;
  const name = table ?? tableName(collection);
  if (columnsOf(open, name).size > 0) {
    throw new StoreRefusedError(
      `${collection} cannot be stored in the table ${name}, which exists and is not Spark's: name another one with @Entity({ table })`,
    );
  }
  const fields = missingFields(declaration, new Set(OWN_COLUMNS));
  open.db.exec(makeTableSql(name, fields));
  open.prepare('INSERT INTO spark_tables (collection, name) VALUES (?, ?)').run(collection, name);
  forgetTables(open);
  recordMigration(open.db, schemaVersion(open.db), `table ${name} for ${collection}`);
  recordIndexes(open, name, fields);
  return new DocumentTable(open, collection, name);
}

/** Adds what is missing. A column or index that is no longer declared stays. */
function bringTo(open: OpenDatabase, declaration: TableDeclaration, { name }: DocumentTable): void {
  const fields = missingFields(declaration, columnsOf(open, name));
  if (fields.length === 0) return;
  const lost = rebuildTable(open.db, name, [...indexedFields(open.db, name), ...fields]);
  recordIndexes(open, name, fields);
  for (const what of lost) recordMigration(open.db, schemaVersion(open.db), what);
}

const OWN_COLUMNS = ['id'];

/** Declared fields without a column, as spelled in the documents. */
function missingFields({ collection, indexes = [] }: TableDeclaration, columns: Set<string>): string[] {
  const fields: string[] = [];
  for (const field of indexes.map(storedName)) {
    if (columns.has(field.toLowerCase())) continue;
    columns.add(field.toLowerCase());
    if (jsonPath(field) === null || field.startsWith('_') || field === '') {
      throw new StoreRefusedError(`${collection} cannot have an index on ${JSON.stringify(field)}`);
    }
    if (canHaveColumn(field)) fields.push(field);
  }
  return fields;
}

function recordIndexes(open: OpenDatabase, table: string, fields: readonly string[]): void {
  for (const field of fields) {
    recordMigration(open.db, schemaVersion(open.db), `index on ${field} of ${table}`);
  }
}

/** The fields that have a column for their index, in lower case. */
export function indexedColumns(open: OpenDatabase, table: string): Set<string> {
  return new Set(indexedFields(open, table).map((field) => field.toLowerCase()));
}

/** In lower case, including generated columns and those of other programs. */
function columnsOf(open: OpenDatabase, table: string): Set<string> {
  const rows = open.db.prepare(`PRAGMA table_xinfo(${quoteName(table)})`).all();
  return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}
