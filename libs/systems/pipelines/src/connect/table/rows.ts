import { ownValue } from '../own-value.ts';
import type { OutRecord } from '../ports.ts';

/** A record with its index in the batch. */
export interface Row {
  at: number;
  record: OutRecord;
}

export interface Refused {
  at: number;
  reason: string;
}

/** The rows of a batch that the table may accept, and the records that it never can. */
export interface Rows {
  rows: Row[];
  refused: Refused[];
  /** The columns that occur in the rows, in the table's order. */
  columns: string[];
}

/**
 * Converts records to rows. Of several with the same key only the last one counts, since a statement can write a row only once.
 * @param columns the writable columns of the table
 * @param key the columns of the key; if empty, every record is its own row
 */
export function toRows(
  records: readonly OutRecord[],
  columns: ReadonlySet<string>,
  key: readonly string[],
): Rows {
  const refused: Refused[] = [];
  const seen = new Set<string>();
  const rows: Row[] = [];
  const byKey = new Map<string, Row>();
  for (const [at, record] of records.entries()) {
    const reason = reasonAgainst(record.fields, columns, seen, key);
    if (reason !== null) refused.push({ at, reason });
    else if (key.length === 0) rows.push({ at, record });
    else byKey.set(keyOf(record.fields, key), { at, record });
  }
  return {
    rows: key.length === 0 ? rows : [...byKey.values()],
    refused,
    columns: [...columns].filter((column) => seen.has(column)),
  };
}

function reasonAgainst(
  fields: Readonly<Record<string, unknown>>,
  columns: ReadonlySet<string>,
  seen: Set<string>,
  key: readonly string[],
): string | null {
  for (const name in fields) {
    if (seen.has(name)) continue;
    if (!columns.has(name))
      return `The table has no column ${JSON.stringify(name)}: add it, or leave the field out by a project or map step`;
    seen.add(name);
  }
  if (Object.keys(fields).length === 0) return 'It has no fields';
  const missing = key.find((name) => (ownValue(fields, name) ?? null) === null);
  return missing === undefined ? null : `The key ${JSON.stringify(missing)} has no value`;
}

/** A number and its text are the same key, as they are the same value in a column. */
function keyOf(fields: Readonly<Record<string, unknown>>, key: readonly string[]): string {
  if (key.length === 1) return textOf(ownValue(fields, key[0] ?? ''));
  return JSON.stringify(key.map((name) => textOf(ownValue(fields, name))));
}

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);
