import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { jest } from './run-jest.ts';

const MOST_OUTPUT = 16 * 1024 * 1024;

/** The servers that few specs need, and whether they are wanted. */
export interface ServersOfFew {
  readonly kafka: boolean;
  readonly postgres: boolean;
}

/** What the specs of a run ask for, which Jest chooses by these arguments. */
export async function serversFor(args: readonly string[]): Promise<ServersOfFew> {
  const list = [jest, '--listTests', '--json', '--watchman=false', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, list, { maxBuffer: MOST_OUTPUT });
  const files = JSON.parse(stdout) as string[];
  return serversOnlyIn(await Promise.all(files.map((file) => readFile(file, 'utf8'))));
}

/** What the texts of specs ask for. */
export function serversOnlyIn(specs: readonly string[]): ServersOfFew {
  const asksFor = (server: string) =>
    specs.some((text) => text.includes('describeWith') && text.includes(`'${server}'`));
  return { kafka: asksFor('kafka'), postgres: asksFor('postgres') };
}
