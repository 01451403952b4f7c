import fs from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { FilesFolder } from './files-folder.ts';

/** The files that a path means, which may have wildcards, by their paths in the files folder. */
export async function findFiles({ path: cwd }: FilesFolder, path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of fs.glob(path, { cwd, withFileTypes: true }))
    if (entry.isFile() || entry.isSymbolicLink())
      found.push(relative(cwd, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  return found.toSorted();
}
