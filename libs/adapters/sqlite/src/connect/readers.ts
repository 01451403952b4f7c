import type { OpenDatabase } from './open-database.ts';

/** Whether somebody reads the changes of this file in their order. */
export function hasReaders(open: OpenDatabase): boolean {
  return open.number('SELECT has_readers AS value FROM spark_database') === 1;
}
