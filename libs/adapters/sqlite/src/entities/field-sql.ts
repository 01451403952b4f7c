import { StoreRefusedError } from '@nestjs-spark/contracts';
import { jsonPath, quoteName, quoteText } from '../schema/table-name.ts';

/** A field of a document in SQL. */
export class FieldSql {
  /** The field's column if there is one, for its index; otherwise its value in the document. */
  readonly value: string;
  /** The value's JSON type: `text`, `integer`, `real`, `true`, `false`, `null`; SQL's NULL when missing. */
  readonly type: string;
  /** The value as JSON text, digits as written. */
  readonly text: string;

  /**
   * @param path names as stored, outermost first
   * @param columns the fields that have a column of their own, in lower case
   */
  constructor(path: readonly string[], columns: ReadonlySet<string>) {
    const quoted = quoteText(`$${path.map(step).join('')}`);
    const [name = ''] = path;
    // `_etag` and the like belong to the table.
    const hasColumn = path.length === 1 && !name.startsWith('_') && columns.has(name.toLowerCase());
    this.value = hasColumn ? quoteName(name) : `json_extract(_document, ${quoted})`;
    this.text = `(_document -> ${quoted})`;
    this.type = `json_type(_document, ${quoted})`;
  }
}

function step(name: string): string {
  const path = jsonPath(name);
  if (path === null) throw new StoreRefusedError(`${JSON.stringify(name)} cannot be queried on SQLite`);
  return path.slice(1);
}
