import type { DatabaseSync } from 'node:sqlite';
import { columnDefinitions } from './column-definitions.ts';
import { documentTableSql, fieldIndexName, fieldIndexSql, KEPT_TIME } from './document-table-sql.ts';
import { eventTableSql, triggerName, triggersSql } from './event-table-sql.ts';
import { eventTableName, quoteName } from './table-name.ts';

const NEW_TABLE = 'spark_rebuilt';
const OWN_COLUMNS = new Set(['_etag', 'id', '_key', '_document', '_metadata', '_modified']);

/** A new table for documents with its events; `fields` get a column and an index each. */
export function makeTableSql(table: string, fields: readonly string[]): string {
  return documentTableSql(table, fields) + eventTableSql(table) + helpersSql(table, fields);
}

/**
 * Recreates a table in this version's form and moves its rows over, with what others have added to it: columns, indexes,
 * triggers. Needs a connection on which `LET_TABLES_CHANGE` was executed before the transaction.
 *
 * @param without numbers of the rows to leave behind
 * @returns what others have added and could not be carried over, in words
 */
export function rebuildTable(
  db: DatabaseSync,
  table: string,
  fields: readonly string[],
  without: readonly number[] = [],
): string[] {
  const name = quoteName(table);
  const added = addedByOthers(db, table, fields);
  const columns = columnsByOthers(db, table, fields);
  const kept = columns.filter(({ isGenerated }) => !isGenerated);
  const names = kept.map((column) => `, ${quoteName(column.name)}`).join('');
  db.exec(documentTableSql(NEW_TABLE, fields));
  for (const { definition } of columns) db.exec(`ALTER TABLE ${NEW_TABLE} ADD COLUMN ${definition}`);
  db.prepare(
    `INSERT INTO ${NEW_TABLE} (_etag, id, _document, _metadata, _modified${names})
     SELECT _etag, id, _document, _metadata, ${KEPT_TIME}${names} FROM ${name}
     WHERE _etag NOT IN (SELECT value FROM json_each(?)) ORDER BY _etag`,
  ).run(JSON.stringify(without));
  db.exec(`
    DROP TABLE ${name};
    ALTER TABLE ${NEW_TABLE} RENAME TO ${name};
    DROP TRIGGER IF EXISTS ${quoteName(triggerName(table, 'kept'))};
    ${helpersSql(table, fields)}`);
  return added.flatMap(({ type, name: other, sql }) => {
    try {
      db.exec(sql);
      return [];
    } catch (error) {
      return [`the ${type} ${other} on ${table} cannot be recreated (${String(error)}): ${sql}`];
    }
  });
}

/** To be executed, outside of a transaction, before tables are recreated and afterwards. */
export const LET_TABLES_CHANGE = 'PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;';
export const TABLES_STAY = 'PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON;';

function helpersSql(table: string, fields: readonly string[]): string {
  return fields.map((field) => fieldIndexSql(table, field)).join('\n') + triggersSql(table);
}

/**
 * The fields that have a column and an index of their own, as spelled in the table. Columns that others have added do not
 * count, even if they have the name of a field: they may hold anything.
 */
export function indexedFields(db: Pick<DatabaseSync, 'prepare'>, table: string): string[] {
  const rows = db
    .prepare(
      `SELECT name FROM pragma_table_xinfo(?) AS made WHERE hidden >= 2 AND EXISTS
         (SELECT 1 FROM pragma_index_list(?) AS found WHERE found.name = ? || made.name COLLATE NOCASE)`,
    )
    .all(table, table, fieldIndexName(table, ''));
  return rows.map(({ name }) => String(name));
}

interface SchemaObject {
  type: string;
  name: string;
  sql: string;
}

function addedByOthers(db: DatabaseSync, table: string, fields: readonly string[]): SchemaObject[] {
  const rows: unknown[] = db
    .prepare(
      `SELECT type, name, sql FROM sqlite_schema
       WHERE tbl_name = ? COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid`,
    )
    .all(table);
  const ownIndexes = [...indexedFields(db, table), ...fields].map((field) => fieldIndexName(table, field));
  const own = new Set(ownIndexes.map((name) => name.toLowerCase()));
  const ownTriggers = `${eventTableName(table)}_`.toLowerCase();
  return (rows as SchemaObject[]).filter(({ type, name }) => {
    const key = name.toLowerCase();
    return type === 'index' ? !own.has(key) : !key.startsWith(ownTriggers);
  });
}

interface Column {
  name: string;
  /** As it was written. */
  definition: string;
  isGenerated: boolean;
}

/** In their order: one may be generated from another. */
function columnsByOthers(db: DatabaseSync, table: string, fields: readonly string[]): Column[] {
  const schema = db
    .prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE")
    .get(table);
  const definitions = columnDefinitions(String(schema?.['sql']));
  const own = new Set([...indexedFields(db, table), ...fields].map((field) => field.toLowerCase()));
  return db
    .prepare(`PRAGMA table_xinfo(${quoteName(table)})`)
    .all()
    .map(({ name, hidden }, at) => ({
      name: String(name),
      definition: definitions[at] ?? '',
      isGenerated: Number(hidden) >= 2,
    }))
    .filter(({ name }) => !OWN_COLUMNS.has(name.toLowerCase()) && !own.has(name.toLowerCase()));
}
