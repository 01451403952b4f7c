import type { ListQuery } from '@nestjs-spark/contracts';
import { storedName } from '@nestjs-spark/contracts/internal';

export interface RavenQuery {
  text: string;
  parameters: Record<string, unknown>;
}

/** @param orderKind how the field to order by compares; RavenDB orders as text unless told */
export function toRavenQuery<T extends object>(
  collection: string,
  query: ListQuery<T>,
  orderKind: 'number' | 'text',
): RavenQuery {
  const { where = {}, orderBy, descending = false, skip = 0, take = 25 } = query;
  const parameters: Record<string, unknown> = { skip, take };
  const conditions: string[] = [];
  for (const [field, value] of Object.entries(where)) {
    if (value === undefined) continue;
    const parameter = `p${conditions.length}`;
    parameters[parameter] = value;
    const condition = `${fieldName(field)} = $${parameter}`;
    // Without exact, RavenDB compares texts without regard to case.
    conditions.push(typeof value === 'string' && field !== 'id' ? `exact(${condition})` : condition);
  }
  const filter = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  const kind = orderKind === 'number' ? ' as double' : '';
  const order = orderBy === undefined || orderBy === 'id' ? 'id()' : `${fieldName(orderBy)}${kind}`;
  const direction = descending ? ' desc' : '';
  return {
    text: `from ${quote(collection)}${filter} order by ${order}${direction} limit $skip, $take`,
    parameters,
  };
}

export function fieldName(field: string): string {
  return field === 'id' ? 'id()' : quote(storedName(field));
}

function quote(name: string): string {
  return `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
