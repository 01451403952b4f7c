// Names used by SQLite, Spark and the event tables themselves.
const TAKEN = /^(sqlite_|spark_)|_events$/i;

/** The table of a collection: its own name, with a prefix if that is taken. */
export function tableName(collection: string): string {
  return TAKEN.test(collection) ? `c_${collection}` : collection;
}

export function eventTableName(table: string): string {
  return `${table}_Events`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The path of a field in a document, for SQLite's JSON functions; null when they cannot express it. */
export function jsonPath(field: string): string | null {
  return /["\\]/.test(field) ? null : `$."${field}"`;
}
