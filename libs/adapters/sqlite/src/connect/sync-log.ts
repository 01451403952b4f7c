import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { UnavailableError } from '@nestjs-spark/contracts';

/** What is said before and after a transaction that the disk may get later: with the next one, or when its log is written into the file. */
export const SOON = { before: 'PRAGMA synchronous = NORMAL', after: 'PRAGMA synchronous = FULL' };

/**
 * Brings the log of a file to the disk; SQLite itself would do so inside of a transaction, and stop the event loop meanwhile. It is not
 * the file whose locks end when a process closes it.
 * @throws {UnavailableError} when the disk does not take it
 */
export async function syncLog(path: string): Promise<void> {
  const log = `${path}-wal`;
  // Whoever removes the log has brought it to the disk, and what was in it into the file.
  if (!existsSync(log)) return;
  try {
    const file = await open(log, 'r+');
    await file.datasync().finally(() => file.close());
  } catch (cause) {
    throw new UnavailableError(`Not all of ${path} could be saved to disk`, { cause });
  }
}
