import type { PostgresConnection } from './postgres-connection.ts';
import { quoteTable } from './quote.ts';

export interface Column {
  name: string;
  /** In SQL notation, such as `character varying(20)`. */
  type: string;
}

/** A table as a target for writes. */
export interface Table {
  /** Quoted for SQL. */
  sql: string;
  /** The writable columns: without those computed by the server. */
  columns: readonly Column[];
  /** The columns of its primary key, in order; empty without one. */
  primaryKey: readonly string[];
}

interface ColumnRow extends Record<string, unknown> {
  name: string;
  type: string;
  place: number | null;
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         array_position(i.indkey::int2[], a.attnum) AS place
  FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
  WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' AND a.attidentity <> 'a'
  ORDER BY a.attnum`;

/** The structure of a table; null when there is none visible to this user. @throws {PostgresError} */
export async function describeTable(connection: PostgresConnection, name: string): Promise<Table | null> {
  const sql = quoteTable(name);
  const rows = await connection.query<ColumnRow>({ text: COLUMNS, values: [sql] });
  if (rows.length === 0) return null;
  const ofKey = rows.flatMap(({ name: column, place }) => (place === null ? [] : [{ column, place }]));
  return {
    sql,
    columns: rows.map(({ name: column, type }) => ({ name: column, type })),
    primaryKey: ofKey.toSorted((one, other) => one.place - other.place).map(({ column }) => column),
  };
}
