import {
  EntityMapping,
  readPage,
  readWhere,
  storedName,
  type QueryBehind,
} from '@nestjs-spark/contracts/internal';
import { quote, toCondition, type AddParameter } from './conditions.ts';

export interface RavenQuery {
  text: string;
  /** As JSON. */
  parameters: string;
}

/**
 * Orders by the field's type and value in each document: null and missing first, then texts and booleans case-insensitively, then
 * numbers, then points in time; equal values by id. The index only has a number for numbers and points in time.
 * @param mapping of the class that declares the fields
 * @throws {StoreRefusedError} for a condition or a page that no store supports
 */
export function toRavenQuery<T extends object>(
  collection: string,
  query: QueryBehind<T>,
  { prototype, spelling } = new EntityMapping(),
): RavenQuery {
  const { where = {}, orderBy, descending = false, after = null } = query;
  const { skip, take } = readPage(query);
  const parameters = [`"skip":${JSON.stringify(skip)}`, `"take":${JSON.stringify(take)}`];
  const add: AddParameter = (json) => {
    const name = `p${parameters.length}`;
    parameters.push(`"${name}":${json}`);
    return `$${name}`;
  };
  const conditions = readWhere(where, prototype, spelling).map((filter) => toCondition(filter, add));
  if (after !== null) conditions.push(`id(d) > ${add(JSON.stringify(after))}`);
  const filter = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  const direction = descending ? ' desc' : '';
  const keys = orderBy === undefined || orderBy === 'id' ? [] : orderKeys(`d.${quote(storedName(orderBy))}`);
  const order = [...keys, 'id(d)'].map((key) => `${key}${direction}`).join(', ');
  // Without an order, RavenDB counts a whole collection without an index.
  const ordered = take === 0 ? '' : ` order by ${order}`;
  return {
    text: `from ${quote(collection)} as d${filter}${ordered} limit $skip, $take`,
    parameters: `{${parameters.join(',')}}`,
  };
}

function orderKeys(field: string): string[] {
  return [`${field} as double`, `${field} as string`];
}
