import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createUserKey, readUserKey } from '@nestjs-spark/jetstream/internal';
import { CliError } from '../cli-error.ts';

/** The public keys of the users' nkeys; a missing seed is created, readable by the current user only. */
export async function publicKeysIn(folder: string, names: readonly string[]): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`The folder ${folder} cannot be created (${String(error.code)}).`);
  });
  const keys = new Map<string, string>();
  for (const name of names) keys.set(name, await publicKeyIn(join(folder, `${name}.nk`)));
  return keys;
}

async function publicKeyIn(file: string): Promise<string> {
  const made = createUserKey();
  try {
    await writeFile(file, `${made.seed}\n`, { mode: 0o600, flag: 'wx' });
    return made.publicKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new CliError(`${file} cannot be written (${String((error as NodeJS.ErrnoException).code)}).`);
  }
  try {
    return readUserKey(await readFile(file, 'utf8')).publicKey;
  } catch {
    throw new CliError(
      `${file} does not contain the seed of an nkey (SU…): delete it, and a new one is made.`,
    );
  }
}
