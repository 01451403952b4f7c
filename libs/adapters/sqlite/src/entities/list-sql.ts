import { EntityMapping, readWhere, storedName, type QueryBehind } from '@nestjs-spark/contracts/internal';
import { DAY, LETTERS, TICKS } from '../connect/sql-functions.ts';
import { toCondition } from './conditions.ts';
import { FieldSql } from './field-sql.ts';

export interface ListSql {
  /** From WHERE on; empty when everything is wanted. */
  filter: string;
  order: string;
  parameters: (string | number)[];
}

/**
 * Orders by the field's type and value in each document: null and missing first, then texts and booleans case-insensitively, then
 * numbers, then points in time; equal values by id. As in RavenDB's indexes.
 * @param columns the fields that have a column of their own, in lower case
 * @param mapping of the class that declares the fields
 */
export function toListSql<T extends object>(
  query: QueryBehind<T>,
  columns: ReadonlySet<string>,
  { prototype, spelling } = new EntityMapping(),
): ListSql {
  const { where = {}, orderBy, descending = false, after = null } = query;
  const conditions = readWhere(where, prototype, spelling).map((filter) => toCondition(filter, columns));
  // By the column's own collation, and so in the list's order.
  if (after !== null) conditions.push({ sql: 'id > ?', parameters: [after] });
  const direction = descending ? ' DESC' : '';
  const keys =
    orderBy === undefined || orderBy === 'id' ? [] : orderKeys(new FieldSql([storedName(orderBy)], columns));
  return {
    filter: conditions.length > 0 ? `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}` : '',
    order: `ORDER BY ${[...keys, 'id'].map((key) => `${key}${direction}`).join(', ')}`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

function orderKeys({ value, type, text }: FieldSql): string[] {
  const number = `CASE WHEN ${type} IN ('integer', 'real') THEN CAST(${value} AS REAL)
    WHEN ${type} = 'text' AND ${value} GLOB ${DAY} THEN ${TICKS}(${value}) END`;
  const letters = `CASE ${type} WHEN 'text' THEN ${LETTERS}(${value}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
    WHEN 'integer' THEN ${text} WHEN 'real' THEN ${text} END`;
  return [number, letters];
}
