import { StoreRefusedError, type ListQuery } from '@nestjs-spark/contracts';
import { storedName } from '@nestjs-spark/contracts/internal';
import { jsonPath, quoteName, quoteText } from './table-name.ts';

export interface ListSql {
  /** From WHERE on, empty when everything is wanted. */
  filter: string;
  order: string;
  parameters: (string | number)[];
}

/** @param columns the fields that have a column of their own, in lower case */
export function toListSql<T extends object>(query: ListQuery<T>, columns: ReadonlySet<string>): ListSql {
  const { where = {}, orderBy, descending = false } = query;
  const conditions: string[] = [];
  const parameters: (string | number)[] = [];
  for (const [field, value] of Object.entries(where)) {
    if (value !== undefined) conditions.push(condition(field, value, columns, parameters));
  }
  const direction = descending ? ' DESC' : '';
  const first =
    orderBy === undefined || orderBy === 'id'
      ? ''
      : `${valueOf(orderBy, columns)} COLLATE NOCASE${direction}, `;
  return {
    filter: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    order: `ORDER BY ${first}_key${direction}`,
    parameters,
  };
}

function condition(
  field: string,
  value: unknown,
  columns: ReadonlySet<string>,
  parameters: (string | number)[],
): string {
  if (field === 'id') {
    parameters.push(String(value).toLowerCase());
    return '_key = ?';
  }
  if (value === null) return `${valueOf(field, columns)} IS NULL`;
  if (typeof value === 'boolean') return `json_type(_document, ${quotedPath(field)}) = '${String(value)}'`;
  if (typeof value === 'number' || typeof value === 'string') {
    parameters.push(value);
    return `${valueOf(field, columns)} = ?`;
  }
  if (value instanceof Date) {
    parameters.push(value.toISOString());
    return `${valueOf(field, columns)} = ?`;
  }
  throw new StoreRefusedError(
    `${field} cannot be compared with an object: name a text, a number, a boolean or null`,
  );
}

/** The field's column where there is one, for its index; else what stands in the document. */
function valueOf(field: string, columns: ReadonlySet<string>): string {
  const name = storedName(field);
  return columns.has(name.toLowerCase()) ? quoteName(name) : `json_extract(_document, ${quotedPath(field)})`;
}

function quotedPath(field: string): string {
  const path = jsonPath(storedName(field));
  if (path === null) throw new StoreRefusedError(`${JSON.stringify(field)} cannot be asked for on SQLite`);
  return quoteText(path);
}
