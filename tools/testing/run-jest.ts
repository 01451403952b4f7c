import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JestReport } from './summary.ts';

/** Jest's program. */
export const jest = join(import.meta.dirname, '..', '..', 'node_modules', 'jest', 'bin', 'jest.js');

const nodeOptions = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  // Workers are started with the same options. Each suite loads everything again, most of which soon becomes garbage.
  '--max-semi-space-size=32',
  `--import=${new URL('./end-with-parent.ts', import.meta.url).href}`,
];
/** As many as there are processors in CI: a third one makes the run no shorter, and suites that promise a time fail. */
const WORKERS = 2;
const jestOptions = [`--maxWorkers=${WORKERS}`, '--watchman=false', '--json'];

/** How Jest ended, and its report; undefined if it ended before writing one. */
export interface JestRun {
  readonly code: number;
  readonly report: JestReport | undefined;
}

/** Runs Jest with the user's arguments and the run's variables. */
export async function runJest(args: readonly string[], env: Record<string, string>): Promise<JestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-jest-'));
  const file = join(folder, 'report.json');
  const child = spawn(
    process.execPath,
    [...nodeOptions, jest, ...jestOptions, `--outputFile=${file}`, ...args],
    { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, ...env } },
  );
  const pass = () => child.kill('SIGTERM');
  // Ctrl-C also reaches Jest, which ends on its own: afterwards there are servers to stop and counts to report.
  const stay = () => undefined;
  process.on('SIGINT', stay).once('SIGTERM', pass);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('SIGINT', stay).off('SIGTERM', pass);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
  return { code: code ?? 1, report: text === undefined ? undefined : (JSON.parse(text) as JestReport) };
}
