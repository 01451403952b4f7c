import { sqliteKey, type Filter, type FilterValue } from '@nestjs-spark/contracts/internal';
import { FieldSql } from './field-sql.ts';

/** A condition with the values of its question marks. */
export interface Condition {
  sql: string;
  parameters: (string | number)[];
}

const IS_NUMBER = `IN ('integer', 'real')`;
const HIGHEST = '\u{10ffff}';

/** @param columns the fields that have a column of their own, in lower case */
export function toCondition(filter: Filter, columns: ReadonlySet<string>): Condition {
  const { path } = filter;
  if (path === null) return onId(filter);
  const field = new FieldSql(path, columns);
  switch (filter.kind) {
    case 'among':
      return among(field, filter.values, filter.negated);
    case 'range':
      return inRange(field, filter.operator, filter.value);
    case 'prefix':
      return textsOnly(field, begins(field.value, filter.prefix));
  }
}

/** Ids are compared by SQLite itself, as its column says; beside it by their keys, since NOCASE minds no NUL. */
function onId(filter: Filter): Condition {
  if (filter.kind === 'prefix') {
    const { sql, parameters } = begins('id', filter.prefix);
    return {
      sql: `(${sql} AND instr(lower(id), ?) = 1)`,
      parameters: [...parameters, sqliteKey(filter.prefix)],
    };
  }
  if (filter.kind === 'range') throw new Error('Ids have no order');
  const keys = filter.values.map((value) => sqliteKey(String(value)));
  const any = `(id IN (${marks(keys)}) AND lower(id) IN (${marks(keys)}))`;
  return { sql: filter.negated ? `NOT ${any}` : any, parameters: [...keys, ...keys] };
}

// The type is asked for too: SQLite keeps true as 1, and a list as its text.
function among({ value, type }: FieldSql, values: FilterValue[], negated: boolean): Condition {
  const texts = values.filter((one) => typeof one === 'string');
  const numbers = values.filter((one) => typeof one === 'number');
  const booleans = values.filter((one) => typeof one === 'boolean');
  const alternatives = [
    ...(texts.length > 0 ? [`(${value} IN (${marks(texts)}) AND ${type} = 'text')`] : []),
    ...(numbers.length > 0 ? [`(${value} IN (${marks(numbers)}) AND ${type} ${IS_NUMBER})`] : []),
    ...booleans.map((one) => `${type} = '${String(one)}'`),
    ...(values.includes(null) ? [`${value} IS NULL`] : []),
  ];
  const any = alternatives.length > 0 ? `(${alternatives.join(' OR ')})` : 'FALSE';
  // Not NOT: what SQL does not know, since the field is missing, is no match either.
  return { sql: negated ? `${any} IS NOT TRUE` : any, parameters: [...texts, ...numbers] };
}

function inRange({ value, type }: FieldSql, operator: string, bound: string | number): Condition {
  const kind = typeof bound === 'number' ? IS_NUMBER : `= 'text'`;
  return { sql: `(${value} ${operator} ? AND ${type} ${kind})`, parameters: [bound] };
}

/** As bounds, so that an index helps. */
function begins(value: string, prefix: string): Condition {
  return { sql: `(${value} >= ? AND ${value} < ?)`, parameters: [prefix, `${prefix}${HIGHEST}`] };
}

function textsOnly({ type }: FieldSql, { sql, parameters }: Condition): Condition {
  return { sql: `(${sql} AND ${type} = 'text')`, parameters };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
