import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';

const KEY = /^([^.]+)\.jwk\.json$/;

/** What to say when a module's key is not where it was looked for: which keys are there instead. */
export async function missingKey(file: string): Promise<string> {
  const folder = dirname(file);
  const files = await readdir(folder).catch(() => []);
  const modules = files.flatMap((name) => KEY.exec(name)?.[1] ?? []).toSorted();
  const remedy =
    modules.length === 0
      ? 'Name the folder that has it with --keys-dir.'
      : `The folder has the keys of ${modules.join(', ')}: name one of these modules with --as, or another folder with --keys-dir.`;
  return `The key ${file} is missing. ${remedy}`;
}
