import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { inTheWay } from './in-the-way.ts';

/** What every SQLite file begins with; a new one is empty. */
const MAGIC = 'SQLite format 3\0';

const REASONS: Partial<Record<string, string>> = {
  EACCES: 'may not be read and written by this process: give it the right to',
  EPERM: 'may not be read and written by this process: give it the right to',
  EROFS: 'is read-only: mount its folder so that it can be written, or name another file',
};

/**
 * Why what is at this path can be no store until somebody changes something; null where it is one, or nothing is there yet. Opens
 * no database.
 */
export function unusableFile(path: string): string | null {
  if (path === ':memory:') return null;
  const reason = inTheWay(path);
  if (reason !== null) return reason;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    const start = beginningOf(path);
    return start === '' || start === MAGIC
      ? null
      : `${path} is not an SQLite database: name another file, or move it away`;
  } catch (error) {
    const words = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
    return words === undefined ? null : `${path} ${words}`;
  }
}

function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(MAGIC.length);
    return buffer.toString('latin1', 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
