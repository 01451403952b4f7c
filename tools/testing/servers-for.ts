import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { jest } from './run-jest.ts';

const MOST_OUTPUT = 16 * 1024 * 1024;

/** The servers that few specs need, and whether this run needs them. */
export interface ServersOfFew {
  readonly kafka: boolean;
  readonly postgres: boolean;
}

/** What the specs selected by these arguments for Jest require. */
export async function serversFor(args: readonly string[]): Promise<ServersOfFew> {
  const list = [jest, '--listTests', '--json', '--watchman=false', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, list, { maxBuffer: MOST_OUTPUT });
  const files = JSON.parse(stdout) as string[];
  return serversOnlyIn(await Promise.all(files.map((file) => readFile(file, 'utf8'))));
}

/** What specs require, judging by their text. */
export function serversOnlyIn(specs: readonly string[]): ServersOfFew {
  const asksFor = (server: string) =>
    specs.some((text) => text.includes('describeWith') && text.includes(`'${server}'`));
  return { kafka: asksFor('kafka'), postgres: asksFor('postgres') };
}
