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

/** How many bytes each of these files has; null: it leads out of the folder, or is not there any more. */
export async function sizesOf(folder: FilesFolder, path: string): Promise<Map<string, number | null>> {
  const sizes = (await findFiles(folder, path)).map(async (file) => {
    const stats = await folder
      .existing(file)
      .then((found) => fs.stat(found))
      .catch(() => null);
    return [file, stats?.size ?? null] as const;
  });
  return new Map(await Promise.all(sizes));
}
