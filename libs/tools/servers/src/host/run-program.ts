import { spawn } from 'node:child_process';
import type { RunAs } from './run-as.ts';

/** The result of a short program. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** How to run a short program. */
export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly runAs?: RunAs;
}

/** Runs a short program to its end, for at most `timeoutMs` (default 10 s), and returns its combined output. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env = process.env, timeoutMs = 10_000, runAs = {} }: ProgramOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      ...runAs,
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** The last lines of an output, for error messages. */
export function lastLines(output: string, count = 15): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
