import { statSync } from 'node:fs';

/** SQLite accepts no longer path, including the suffixes of the files beside the database. */
const LONGEST_PATH = 512;
const LONGEST_ENDING = '-journal';

const REASONS: Partial<Record<string, string>> = {
  ELOOP: 'is a link that points back to itself: name a file',
  ENAMETOOLONG: 'is too long a path for SQLite to open: choose a shorter one',
  ENOTDIR: 'cannot be a file, because one of its parent folders is a file: name another path',
};

/** Why no database can ever exist at this path; null when it may be possible to open it later. */
export function inTheWay(path: string): string | null {
  if (Buffer.byteLength(path + LONGEST_ENDING) > LONGEST_PATH) return `${path} ${REASONS['ENAMETOOLONG']}`;
  for (const file of [path, path + LONGEST_ENDING]) {
    try {
      const found = statSync(file);
      if (found.isDirectory()) return `${file} is a folder: name a file in it`;
      if (!found.isFile()) return `${file} is not a file: name one`;
    } catch (error) {
      const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
      if (reason !== undefined) return `${path} ${reason}`;
    }
  }
  return null;
}
