import { execFile } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'libs/tools/cli/dist/main.js');

export interface CommandOutcome {
  code: number;
  out: string;
  err: string;
}

/** Runs the built `nestjs-spark` as a process of its own, with nothing but `env` in its environment. */
export function nestjsSpark(args: string[], env: Record<string, string> = {}): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: 60_000 };
    const child = execFile(process.execPath, [main, ...args], options, (_, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

/** The same for its command `etl`. */
export function nestjsSparkEtl(args: string[], env?: Record<string, string>): Promise<CommandOutcome> {
  return nestjsSpark(['etl', ...args], env);
}
