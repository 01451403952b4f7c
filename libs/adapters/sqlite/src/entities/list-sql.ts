import type { ListQuery } from '@nestjs-spark/contracts';
import { readWhere, storedName, type Spelling } from '@nestjs-spark/contracts/internal';
import { FieldSql } from './field-sql.ts';
import { toCondition } from './conditions.ts';

export interface ListSql {
  /** From WHERE on, empty when everything is wanted. */
  filter: string;
  order: string;
  parameters: (string | number)[];
}

/** @param columns the fields that have a column of their own, in lower case */
export function toListSql<T extends object>(
  query: ListQuery<T>,
  columns: ReadonlySet<string>,
  spelling: Spelling,
): ListSql {
  const { where = {}, orderBy, descending = false } = query;
  const conditions = readWhere(where, spelling).map((filter) => toCondition(filter, columns));
  const direction = descending ? ' DESC' : '';
  const first =
    orderBy === undefined || orderBy === 'id'
      ? ''
      : `${new FieldSql([storedName(orderBy)], columns).value} COLLATE NOCASE${direction}, `;
  return {
    filter: conditions.length > 0 ? `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}` : '',
    order: `ORDER BY ${first}id${direction}`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}
