import type { OpenDatabase } from '../connect/open-database.ts';
import { eventTableName } from '../schema/table-name.ts';

/**
 * Whether the events of a table are named as in replicas: this file's own numbers are then in `etag`, by which its readers
 * continue.
 */
export function keepsEtags(open: OpenDatabase, table: string): boolean {
  return (
    open.row('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', eventTableName(table), 'etag') !== null
  );
}
