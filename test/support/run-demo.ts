import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const main = join(import.meta.dirname, '../../tools/demo/main.ts');

/** As on a machine that has nothing but Node and reaches nobody: every download goes to a proxy that is not there. */
export const WITHOUT_WAY_OUT: Record<string, string> = {
  PATH: dirname(process.execPath),
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '127.0.0.1',
};

/** `npm start -- --once` without the build, with these variables and no others but PATH. */
export async function runDemo(env: Record<string, string>): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [main, '--once'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  return { code: child.exitCode ?? -1, output: `${output}${errors}` };
}
