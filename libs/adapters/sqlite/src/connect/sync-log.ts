import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { UnavailableError } from '@nestjs-spark/contracts';

/** Pragmas around a transaction that may reach the disk later: with the next one, or when its log is checkpointed. */
export const SOON = { before: 'PRAGMA synchronous = NORMAL', after: 'PRAGMA synchronous = FULL' };

/**
 * Flushes a file's log to disk; SQLite itself would do so within a transaction, blocking the event loop. Opening the log is safe:
 * unlike the database file, closing it does not release the process's locks.
 * @throws {UnavailableError} when the disk does not accept it
 */
export async function syncLog(path: string): Promise<void> {
  const log = `${path}-wal`;
  // Whoever removes the log has flushed it and written its content into the file.
  if (!existsSync(log)) return;
  try {
    const file = await open(log, 'r+');
    await file.datasync().finally(() => file.close());
  } catch (cause) {
    throw new UnavailableError(`Not all of ${path} could be saved to disk`, { cause });
  }
}
