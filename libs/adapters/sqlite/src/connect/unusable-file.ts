import { accessSync, closeSync, constants, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { inTheWay } from './in-the-way.ts';
import { unusableFolder } from './unusable-folder.ts';

/** The beginning of every SQLite file; a new one is empty. */
const MAGIC = 'SQLite format 3\0';

const REASONS: Partial<Record<string, string>> = {
  EACCES: 'cannot be read and written by this process: grant it access',
  EPERM: 'cannot be read and written by this process: grant it access',
  EROFS: 'is read-only: mount its folder writable, or name another file',
};

/** Why what is at this path can never be a store as it is; null when it is one, or one can be created. Opens no database. */
export function unusableFile(path: string): string | null {
  if (path === ':memory:') return null;
  const reason = inTheWay(path);
  if (reason !== null) return reason;
  return unusableContent(path) ?? unusableFolder(dirname(existsSync(path) ? realpathSync(path) : path));
}

function unusableContent(path: string): string | null {
  if (!existsSync(path)) return null;
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
