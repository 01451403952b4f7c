import type { OpenDatabase } from './open-database.ts';

/** Whether there are readers of this file's changes. */
export function hasReaders(open: OpenDatabase): boolean {
  return open.number('SELECT has_readers AS value FROM spark_database') === 1;
}
