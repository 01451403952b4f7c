import type { PostgresConnection } from './postgres-connection.ts';
import { quoteTable } from './quote.ts';

export interface Column {
  name: string;
  /** As SQL writes it, such as `character varying(20)`. */
  type: string;
}

/** What can be written to a table. */
export interface Table {
  /** As SQL reads it. */
  sql: string;
  /** Those that may be written: not the ones that the server computes. */
  columns: readonly Column[];
  /** Of its primary key, in order; empty where it has none. */
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

/** What a table looks like; null where there is none that this user can see. @throws {PostgresError} */
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
