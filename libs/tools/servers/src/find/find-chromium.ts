import { join } from 'node:path';
import { lastLines, runProgram } from '../host/run-program.ts';
import { onPath } from '../host/on-path.ts';
import { lock } from '../fetch/lock.ts';
import { toFinding, type Finding, type FindOptions } from './options.ts';
import { search, type Refusal, type Way } from './search.ts';
import type { ProgramSource } from './source.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const INSTALL_MS = 300_000;

/**
 * The path of a Chromium. It is only installed when a run requires everything, as CI does. Other processes looking for it
 * meanwhile wait: a program being installed is on PATH before its libraries and fonts exist.
 * @throws {NotObtainableError} when there is none
 */
export async function findChromium(options?: FindOptions): Promise<string> {
  const finding = toFinding(options);
  const ways = chromiumWays(finding);
  if (!mayInstall(finding)) return (await search('chromium', ways)).command;
  const held = await lock(join(finding.servers, 'chromium.lock'), finding.report.line);
  try {
    return (await search('chromium', ways)).command;
  } finally {
    held.release();
  }
}

function mayInstall({ env, mayFetch }: Finding): boolean {
  return mayFetch && env['SPARK_REQUIRE_SERVERS'] === '1';
}

function chromiumWays(finding: Finding): Way<ProgramSource>[] {
  const { env } = finding;
  return [
    { name: 'SPARK_CHROMIUM', look: async () => fromVariable(env) },
    { name: 'chromium on PATH', look: () => fromPath(env) },
    ...(mayInstall(finding) ? [{ name: 'apt-get install chromium', look: () => fromApt(env) }] : []),
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
  if (!apt) return { refused: 'no apt-get', remedy: 'install Chromium' };
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: INSTALL_MS };
  await runProgram(apt, ['update', '-q'], quiet);
  const { code, output } = await runProgram(
    apt,
    ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
    quiet,
  );
  if (code === 0) return fromPath(env);
  return { refused: lastLines(output), remedy: 'install Chromium, as root: apt-get install chromium' };
}

function program(command: string): ProgramSource {
  return { kind: 'program', way: command, command, args: [], env: {} };
}
