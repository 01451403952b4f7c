import type { ListQuery } from '@nestjs-spark/contracts';
import { readWhere, storedName, type Spelling } from '@nestjs-spark/contracts/internal';
import { quote, toCondition, type AddParameter } from './conditions.ts';

export interface RavenQuery {
  text: string;
  /** As JSON. */
  parameters: string;
}

/** @param orderKind how the field to order by compares; RavenDB orders as text unless told */
export function toRavenQuery<T extends object>(
  collection: string,
  query: ListQuery<T>,
  orderKind: 'number' | 'text',
  spelling: Spelling,
): RavenQuery {
  const { where = {}, orderBy, descending = false, skip = 0, take = 25 } = query;
  const parameters = [`"skip":${JSON.stringify(skip)}`, `"take":${JSON.stringify(take)}`];
  const add: AddParameter = (json) => {
    const name = `p${parameters.length}`;
    parameters.push(`"${name}":${json}`);
    return `$${name}`;
  };
  const conditions = readWhere(where, spelling).map((filter) => toCondition(filter, add));
  const filter = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  const direction = descending ? ' desc' : '';
  const kind = orderKind === 'number' ? ' as double' : '';
  const first =
    orderBy === undefined || orderBy === 'id' ? '' : `d.${quote(storedName(orderBy))}${kind}${direction}, `;
  return {
    text: `from ${quote(collection)} as d${filter} order by ${first}id(d)${direction} limit $skip, $take`,
    parameters: `{${parameters.join(',')}}`,
  };
}
