import { NOW } from './now.ts';
import { jsonPath, quoteName, quoteText } from './table-name.ts';

// The years that JavaScript writes with four digits.
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * A table of documents. The row number is the etag of its last change, so the table itself is in the order that readers want; a
 * changed document moves to the end. Two ids are the same when SQLite's NOCASE says so, and the table itself ensures that no id
 * occurs twice: neither triggers nor the writer's conflict clause can override that. Everything has to be valid in SQLite 3.38,
 * since other programs write to it.
 *
 * @param fields get a column of their own. It is stored: otherwise different readings of the same JSON by different SQLite
 *   versions would corrupt its index.
 */
export function documentTableSql(table: string, fields: readonly string[] = []): string {
  return `
    CREATE TABLE ${quoteName(table)} (
      _etag INTEGER PRIMARY KEY,
      id TEXT NOT NULL COLLATE NOCASE UNIQUE
        CONSTRAINT "the id is a text" CHECK (typeof(id) = 'text'),
      _document TEXT NOT NULL
        CONSTRAINT "_document is the text of a JSON object" CHECK (${IS_DOCUMENT}),
      _metadata TEXT
        CONSTRAINT "_metadata is the text of a JSON object" CHECK (${IS_METADATA}),
      _modified INTEGER NOT NULL DEFAULT (${NOW})
        CONSTRAINT "_modified is in milliseconds since 1970" CHECK (${IS_TIME}),
      ${fields.map((field) => `${columnSql(field)},`).join('\n      ')}
      CONSTRAINT "this program compares ids by a NOCASE of its own" CHECK (_etag + _modified IS NOT NULL AND _document IS NOT NULL AND NOT (${FOREIGN_NOCASE}))
    );
  `;
}

const isObject = (column: string) =>
  `typeof(${column}) = 'text' AND json_valid(${column}) AND json_type(${column}) = 'object'`;

/**
 * SQLite reads a text up to its first NUL, everyone else all of it. Only checked in what other programs write, since it costs as
 * much as all other checks.
 * @param row prefix of the column names
 */
export const hasNul = (row = '') =>
  `(instr(${row}_document, char(0)) > 0 OR ifnull(instr(${row}_metadata, char(0)), 0) > 0)`;

const IS_DOCUMENT = isObject('_document');
const IS_METADATA = `_metadata IS NULL OR (${isObject('_metadata')})`;
const IS_TIME = `typeof(_modified) = 'integer' AND _modified BETWEEN ${FIRST_MS} AND ${LAST_MS}`;

/** What a row of any version must satisfy to be kept in such a table. */
export const IS_KEEPABLE = `typeof(id) = 'text' AND ${IS_DOCUMENT} AND (${IS_METADATA}) AND NOT ${hasNul()}`;

/** The time of a row of any version, in any format its writer may have stored. */
export const KEPT_TIME = `iif(${IS_TIME}, _modified, ${NOW})`;

/**
 * True in a program that has redefined NOCASE for more letters than ASCII's, which would corrupt the index of ids. SQLite only
 * checks a constraint when a column in it changes.
 */
export const FOREIGN_NOCASE = `'Ä' = 'ä' COLLATE NOCASE`;

function columnSql(field: string): string {
  const path = quoteText(jsonPath(field) ?? '');
  // Text that is not JSON should be refused by the table's own constraint, which has a better message.
  const value = `iif(json_valid(_document), json_extract(_document, ${path}), NULL)`;
  return `${quoteName(field)} GENERATED ALWAYS AS (${value}) STORED`;
}

export function fieldIndexSql(table: string, field: string): string {
  return `CREATE INDEX ${quoteName(fieldIndexName(table, field))} ON ${quoteName(table)} (${quoteName(field)});`;
}

export function fieldIndexName(table: string, field: string): string {
  return `${table}_by_${field}`;
}

/**
 * Whether a field can have a column. A non-ASCII one cannot: a writer may escape such a name, which SQLite before 3.45 then does
 * not find.
 */
export function canHaveColumn(field: string): boolean {
  return /^[\x20-\x7e]+$/.test(field) && jsonPath(field) !== null && !/^(_|id$)/i.test(field);
}
