import {
  boundsAround,
  isAmbiguous,
  parsePointInTime,
  sqliteKey,
  type Filter,
  type FilterValue,
} from '@nestjs-spark/contracts/internal';
import { DAY, INSTANT, SPELLED } from '../connect/sql-functions.ts';
import { FieldSql } from './field-sql.ts';

/** A condition with the values of its placeholders. */
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
      return textsOnly(field, beginsSo(field.value, filter.prefix));
  }
}

/** SQLite compares ids by its column's collation, and additionally by their keys, since NOCASE ignores what follows a NUL. */
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

// The type is compared too: SQLite stores true as 1, and a list as its text.
function among(field: FieldSql, values: FilterValue[], negated: boolean): Condition {
  const { value, type } = field;
  const instants = values.filter((one) => typeof one === 'string' && parsePointInTime(one) !== null);
  const texts = values.filter((one) => typeof one === 'string' && !instants.includes(one));
  const numbers = values.filter((one) => typeof one === 'number');
  const { small = [], large = [] } = Object.groupBy(numbers, (one) => (isAmbiguous(one) ? 'large' : 'small'));
  const booleans = values.filter((one) => typeof one === 'boolean');
  const conditions: Condition[] = [
    ...(texts.length > 0
      ? [{ sql: `(${value} IN (${marks(texts)}) AND ${type} = 'text')`, parameters: texts as string[] }]
      : []),
    ...instants.map((one) => atInstant(field, '=', String(one))),
    ...(small.length > 0
      ? [{ sql: `(${value} IN (${marks(small)}) AND ${type} ${IS_NUMBER})`, parameters: small }]
      : []),
    ...large.map((one) => numbersOnly(field, asDouble(value, '=', one))),
    ...booleans.map((one) => ({ sql: `${type} = '${String(one)}'`, parameters: [] })),
    ...(values.includes(null) ? [{ sql: `${value} IS NULL`, parameters: [] }] : []),
  ];
  const any = conditions.length > 0 ? `(${conditions.map(({ sql }) => sql).join(' OR ')})` : 'FALSE';
  // Not NOT: what is unknown to SQL, because the field is missing, must not match either.
  return {
    sql: negated ? `${any} IS NOT TRUE` : any,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

function inRange(field: FieldSql, operator: string, bound: string | number): Condition {
  const { value } = field;
  if (typeof bound === 'number') {
    const condition = isAmbiguous(bound)
      ? asDouble(value, operator, bound)
      : { sql: `${value} ${operator} ?`, parameters: [bound] };
    return numbersOnly(field, condition);
  }
  if (parsePointInTime(bound)) return atInstant(field, operator, bound);
  return textsOnly(field, asSpelled(value, bound, `${operator} ?`, [bound], operator));
}

/**
 * Compares as RavenDB's indexes do; SQLite alone would compare whole numbers by all their digits, of which a bound has lost some. Also
 * puts bounds on the number itself, so that an index can be used.
 */
function asDouble(value: string, operator: string, number: number): Condition {
  const margin = Math.abs(number) * 2 * Number.EPSILON;
  const near = [
    ...(operator.startsWith('<') ? [] : [{ sql: `${value} >= ?`, bound: number - margin }]),
    ...(operator.startsWith('>') ? [] : [{ sql: `${value} <= ?`, bound: number + margin }]),
  ];
  return {
    sql: [...near.map(({ sql }) => sql), `CAST(${value} AS REAL) ${operator} ?`].join(' AND '),
    parameters: [...near.map(({ bound }) => bound), number],
  };
}

function beginsSo(value: string, prefix: string): Condition {
  if (boundsAround(prefix) === null) return begins(value, prefix);
  const begin = asSpelled(value, prefix, 'GLOB ?', [`${prefix.replace(/[*?[]/g, '[$&]')}*`], '');
  const point = parsePointInTime(prefix);
  if (!point?.zoned) return begin;
  // Nothing follows a zone, so compare for equality.
  return { sql: `(${begin.sql} OR ${INSTANT}(${value}) = ?)`, parameters: [...begin.parameters, point.utc] };
}

/** Points in time, regardless of their spelling. */
function atInstant(field: FieldSql, operator: string, text: string): Condition {
  const { value } = field;
  const near = nearby(value, text, operator);
  const instant = parsePointInTime(text)?.utc ?? text;
  return textsOnly(field, {
    sql: `(${near.sql}${value} GLOB ${DAY} AND ${INSTANT}(${value}) ${operator} ?)`,
    parameters: [...near.parameters, instant],
  });
}

/** A condition on a text, with points in time spelled as in RavenDB's indexes. */
function asSpelled(
  value: string,
  text: string,
  condition: string,
  parameters: string[],
  operator: string,
): Condition {
  const near = nearby(value, text, operator);
  if (near.parameters.length === 0) return { sql: `(${value} ${condition})`, parameters };
  const spelled = `CASE WHEN ${value} GLOB ${DAY} THEN ${SPELLED}(${value}) ELSE ${value} END`;
  return { sql: `(${near.sql}${spelled} ${condition})`, parameters: [...near.parameters, ...parameters] };
}

/**
 * Bounds on the text itself, so that an index can be used: no zone is more than two days away. Empty when no date can be near.
 */
function nearby(value: string, text: string, operator: string): Condition {
  const bounds = boundsAround(text);
  if (!bounds) return { sql: '', parameters: [] };
  const from = { sql: `${value} >= ? AND `, parameters: [bounds.from] };
  const below = { sql: `${value} < ? AND `, parameters: [bounds.below] };
  const both = operator.startsWith('>') ? [from] : operator.startsWith('<') ? [below] : [from, below];
  return {
    sql: both.map(({ sql }) => sql).join(''),
    parameters: both.flatMap(({ parameters }) => parameters),
  };
}

/** As bounds, so that an index can be used. */
function begins(value: string, prefix: string): Condition {
  return { sql: `(${value} >= ? AND ${value} < ?)`, parameters: [prefix, `${prefix}${HIGHEST}`] };
}

function numbersOnly({ type }: FieldSql, { sql, parameters }: Condition): Condition {
  return { sql: `(${sql} AND ${type} ${IS_NUMBER})`, parameters };
}

function textsOnly({ type }: FieldSql, { sql, parameters }: Condition): Condition {
  return { sql: `(${sql} AND ${type} = 'text')`, parameters };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
