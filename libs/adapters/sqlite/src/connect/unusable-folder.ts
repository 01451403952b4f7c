import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Error codes that waiting does not change. Other failures, such as a full disk, are retried. */
const NOT_MADE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EEXIST']);

const NOT_WRITTEN: Partial<Record<string, string>> = {
  EACCES: 'is not writable for this process: grant it access, or name a file in another folder',
  EPERM: 'is not writable for this process: grant it access, or name a file in another folder',
  EROFS: 'is read-only: mount it writable, or name a file in another folder',
};

/**
 * Why no database can be in this folder as it is; null when one can. SQLite writes files beside the database, so its folder has
 * to be writable too. A missing folder is created, as it would be with the file.
 */
export function unusableFolder(folder: string): string | null {
  const isMissing = !existsSync(folder);
  try {
    makeFolders(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return describeFolder(folder, (error as NodeJS.ErrnoException).code ?? '', isMissing);
  }
}

/**
 * Creates the missing parts of a path. Node's own `recursive` never ends when a folder exists and accepts no other, such as
 * `/proc`.
 */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have created it in the meantime.
    if (!existsSync(folder)) throw error;
  }
}

export function describeFolder(folder: string, code: string, isMissing: boolean): string | null {
  if (isMissing && NOT_MADE.has(code))
    return `the folder ${folder} is missing and cannot be created (${code}): create it, writable for this process, or name a file in another folder`;
  const words = NOT_WRITTEN[code];
  return words === undefined ? null : `the folder ${folder} ${words}`;
}
