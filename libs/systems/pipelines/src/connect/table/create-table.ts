import type { Schema } from '../../definition/types.ts';
import { RunFailedError } from '../ports.ts';

/** A system's column types for the types of JSON Schema. */
export type ColumnTypes = Readonly<Record<'integer' | 'number' | 'string' | 'boolean' | 'json', string>>;

/**
 * The statement that creates a table for records of a schema.
 * @throws {RunFailedError} if the schema does not describe the fields of a record
 */
export function createTableSql(
  { sql, schema, key }: { sql: string; schema: Schema | undefined; key: readonly string[] },
  types: ColumnTypes,
  quote: (name: string) => string,
): string {
  const properties = schema?.['properties'];
  if (typeof properties !== 'object' || properties === null)
    throw new RunFailedError(
      'createTable needs the definition\'s "schema" with "properties": they become the columns',
    );
  if (key.length === 0) throw new RunFailedError('createTable needs a "key": it becomes the primary key');
  const columns = Object.entries(properties).map(
    ([name, described]: [string, unknown]) => `${quote(name)} ${types[typeOf(described)]}`,
  );
  return `CREATE TABLE IF NOT EXISTS ${sql} (${columns.join(', ')}, PRIMARY KEY (${key.map(quote).join(', ')}))`;
}

function typeOf(described: unknown): keyof ColumnTypes {
  const type: unknown =
    typeof described === 'object' && described !== null && 'type' in described ? described.type : null;
  const named = Array.isArray(type) ? type.filter((one) => one !== 'null') : [type];
  const [only] = named;
  const isSimple = named.length === 1 && typeof only === 'string';
  return isSimple && ['integer', 'number', 'string', 'boolean'].includes(only)
    ? (only as keyof ColumnTypes)
    : 'json';
}
