import { join } from 'node:path';
import { DATA_DIR_VARIABLE, dataDir } from '@nestjs-spark/foundation';
import { shellWord } from '@nestjs-spark/foundation/internal';
import { tryLock } from '@nestjs-spark/servers/internal';

/**
 * Ensures that a command runs only once per data folder. The lock ends with the process.
 * @throws {Error} naming the other process, and what to do
 */
export async function onlyOne(command: string): Promise<void> {
  const folder = dataDir(process.env);
  const name = command.replaceAll(/\W+/g, '-');
  const taken = await tryLock(join(folder, `${name}.lock`));
  // A later process may get this one's id.
  if (typeof taken !== 'number') return void process.on('exit', taken.release);
  throw new Error(
    `"${command}" is already running on ${folder}, as process ${taken}. Stop that one with Ctrl-C, ` +
      `or run a second one in its own folder:\n  ${elsewhere(folder, command, process.argv.slice(2))}`,
  );
}

/** The same command with another folder, which git ignores and which uses the servers that already exist. */
export function elsewhere(folder: string, command: string, args: readonly string[]): string {
  const [, stem = folder, number = '1'] = /^(.*?)(?:-(\d+))?\/*$/.exec(folder) ?? [];
  const typed = args.length > 0 ? ` -- ${args.map(shellWord).join(' ')}` : '';
  return `${DATA_DIR_VARIABLE}=${shellWord(`${stem}-${Number(number) + 1}`)} ${command}${typed}`;
}
