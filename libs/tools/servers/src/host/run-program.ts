import { spawn } from 'node:child_process';

/** What a short program said. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a short program to its end, at most `timeoutMs` (default 10 s), and answers what it said on both outputs. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env = process.env, timeoutMs = 10_000 }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
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

/** The last lines of an output: what an error message shows of it. */
export function lastLines(output: string, count = 15): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
