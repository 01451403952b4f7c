import { quoteName, quoteText, jsonPath } from './table-name.ts';

/**
 * A table of documents. The row's number is the etag of its last change, so the table itself is in the order in which
 * readers want it; a changed document moves to the end.
 */
export function documentTableSql(table: string): string {
  return `
    CREATE TABLE ${quoteName(table)} (
      _etag INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      _key TEXT UNIQUE,
      _document TEXT NOT NULL CHECK (json_valid(_document) AND json_type(_document) = 'object'),
      _metadata TEXT CHECK (_metadata IS NULL OR json_valid(_metadata)),
      _modified INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
    );
  `;
}

/** A column that can never differ from the document, and an index on it. */
export function indexedColumnSql(table: string, field: string): string {
  const path = quoteText(jsonPath(field) ?? '');
  const index = quoteName(`${table}_by_${field}`);
  return `
    ALTER TABLE ${quoteName(table)} ADD COLUMN ${quoteName(field)} GENERATED ALWAYS AS (json_extract(_document, ${path})) VIRTUAL;
    CREATE INDEX ${index} ON ${quoteName(table)} (${quoteName(field)});
  `;
}
