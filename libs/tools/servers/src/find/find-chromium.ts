import { runProgram } from '../host/run-program.ts';
import { onPath } from '../host/on-path.ts';
import { toFinding, type Finding } from './options.ts';
import { search, type Refusal, type Way } from './search.ts';
import type { ProgramSource } from './source.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const INSTALL_MS = 300_000;

/**
 * The program of a Chromium. It is installed only where a run requires everything, as CI does.
 * @throws {NotObtainableError} when there is none
 */
export async function findChromium(): Promise<string> {
  const { command } = await search('chromium', chromiumWays(toFinding()));
  return command;
}

function chromiumWays(finding: Finding): Way<ProgramSource>[] {
  const { env, mayFetch } = finding;
  return [
    { name: 'SPARK_CHROMIUM', look: async () => fromVariable(env) },
    { name: 'chromium on PATH', look: () => fromPath(env) },
    ...(mayFetch && env['SPARK_REQUIRE_SERVERS'] === '1'
      ? [{ name: 'apt-get install chromium', look: () => fromApt(env) }]
      : []),
  ];
}

function fromVariable(env: NodeJS.ProcessEnv): ProgramSource | Refusal {
  const file = env['SPARK_CHROMIUM'];
  return file ? program(file) : { refused: 'not set', remedy: 'set SPARK_CHROMIUM to the path of a browser' };
}

async function fromPath(env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  for (const name of NAMES) {
    const file = await onPath(name, env);
    if (file) return program(file);
  }
  return { refused: 'not there', remedy: 'install Chromium (apt-get install chromium)' };
}

async function fromApt(env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  const apt = await onPath('apt-get', env);
  if (!apt || process.getuid?.() !== 0)
    return { refused: 'not root, or no apt-get', remedy: 'install Chromium' };
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: INSTALL_MS };
  await runProgram(apt, ['update', '-q'], quiet);
  await runProgram(apt, ['install', '-y', '-q', '--no-install-recommends', 'chromium'], quiet);
  return fromPath(env);
}

function program(command: string): ProgramSource {
  return { kind: 'program', way: command, command, args: [], env: {} };
}
