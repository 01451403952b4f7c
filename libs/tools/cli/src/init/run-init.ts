import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRepository, type Environment } from '../as-typed.ts';
import type { Outcome } from '../outcome.ts';
import { filesToRead, planInit, type Files } from './plan.ts';
import { INIT_USAGE } from './usage.ts';
import { readWish } from './wish.ts';

/** @throws {CliError} with exit code 2 when the options are wrong, with 1 when a file does not look as expected */
export async function runInit(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const wish = readWish(argv);
  if (!wish) return { exitCode: 0, text: INIT_USAGE };
  const present = await readFiles(wish.folder, filesToRead(wish));
  const { files, next } = planInit(wish, present, {
    version: await ownVersion(),
    isRepository: isRepository(environment),
  });
  for (const [path, text] of files) {
    const file = join(wish.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const written = [...files.keys()].map(
    (path) => `${present.has(path) ? 'changed' : 'created'}  ${join(wish.folder, path)}`,
  );
  const done = written.length > 0 ? written : ['No files need to change.'];
  return { exitCode: 0, text: [...done, '', 'Next:', ...next.map((step) => `  ${step}`)].join('\n') };
}

async function readFiles(folder: string, paths: readonly string[]): Promise<Files> {
  const read = async (path: string) => {
    const text = await readFile(join(folder, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? [] : [[path, text] as const];
  };
  return new Map((await Promise.all(paths.map(read))).flat());
}

/** All packages share one version, so the application gets this command's version. */
async function ownVersion(): Promise<string> {
  const manifest = await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
