import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Runs one of the commands that show a newcomer an app, with these variables and no others but PATH: with `--once`, or until it
 * says that it runs; then it is ended as by Ctrl-C.
 * @param main the program, with the options of Node before it
 */
export async function runLauncher(
  main: readonly string[],
  env: Record<string, string>,
  how: '--once' | 'until it can be tried',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const words = how === '--once' ? [...main, how] : [...main];
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const before = said;
    said += chunk.toString();
    const isTold = said.includes('Running until Ctrl-C.') && !before.includes('Running until Ctrl-C.');
    if (isTold) child.kill('SIGINT');
  });
  const ended = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  return { code, stdout, stderr };
}
