import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { download } from '../fetch/download.ts';
import { fetchWheel } from '../fetch/fetch-wheel.ts';
import { installOnce } from '../fetch/install.ts';
import { ravenDb, vendorNames } from '../fetch/pins.ts';
import { findPython, findPythonWithPip } from '../fetch/python.ts';
import { unpackTar } from '../fetch/unpack.ts';
import { addressWay } from './address.ts';
import { composeWay } from './compose.ts';
import { hasIcu, wantedDotnet } from './dotnet-fit.ts';
import { findDotnet } from './find-dotnet.ts';
import { onPath } from '../host/on-path.ts';
import { notFetched } from './not-fetched.ts';
import type { Finding } from './options.ts';
import type { Refusal, Way } from './search.ts';
import type { ProgramSource, Source } from './source.ts';

/** The ways to a RavenDB server, in the order in which they are tried. */
export function ravenDbWays(finding: Finding): Way<Source>[] {
  const { env, mayFetch } = finding;
  return [
    addressWay(env, 'RAVENDB_URLS', 'http', 8080),
    { name: 'SPARK_RAVENDB_DIR', look: () => fromMachine(finding) },
    { name: `RavenDB in ${finding.servers}`, look: () => fetchedBefore(finding) },
    ...(mayFetch
      ? [
          {
            name: 'the wheel ravendb-embedded by pip',
            remedy: `let pip reach an index that has ravendb-embedded ${ravenDb.version}`,
            look: () => fromWheel(finding),
          },
          {
            name: "RavenDB's own download",
            remedy: 'allow this machine (or its proxy) to reach that address',
            look: () => fromVendor(finding),
          },
        ]
      : []),
    composeWay(env),
  ];
}

async function fromMachine(finding: Finding): Promise<ProgramSource | Refusal> {
  const given = finding.env['SPARK_RAVENDB_DIR'];
  const remedy = 'set SPARK_RAVENDB_DIR to the folder that holds Raven.Server.dll';
  if (!given) return { refused: 'not set', remedy };
  const folder = [given, join(given, 'Server'), join(given, 'RavenDBServer')].find(holdsServer);
  if (!folder) return { refused: `no Raven.Server.dll in ${given}`, remedy, setting: 'SPARK_RAVENDB_DIR' };
  return program(finding, folder);
}

async function fetchedBefore(finding: Finding): Promise<ProgramSource | Refusal> {
  const folder = keptFolders(finding).find(holdsServer);
  if (!folder) return notFetched(finding, 'ravendb');
  return program(finding, folder);
}

async function fromWheel(finding: Finding): Promise<ProgramSource | Refusal> {
  const python = await findPythonWithPip(finding.env);
  if (!python) return { refused: 'no Python 3 with pip on PATH', remedy: 'install python3 with pip' };
  // The runtime first: without it the 241 MB of the server would be fetched in vain.
  await findDotnet(finding, ravenDb.dotnet);
  return install(finding, keptFolders(finding)[0], async (scratch) =>
    join(await fetchWheel(finding, python, ravenDb.wheel, scratch), folderInWheel),
  );
}

async function fromVendor(finding: Finding): Promise<ProgramSource | Refusal> {
  const names = vendorNames(process.platform, process.arch);
  if (!names) return { refused: `no archive for ${process.platform} ${process.arch}`, remedy: 'use Docker' };
  if (!(await canUnpack(finding.env))) {
    return { refused: 'nothing here unpacks a tar.bz2', remedy: 'install tar and bzip2' };
  }
  const url = `${finding.vendors.ravenDb}/${encodeURIComponent(names.ravenDb)}/latest?version=${ravenDb.line}`;
  return install(finding, keptFolders(finding)[1], async (scratch) => {
    const archive = join(scratch, 'ravendb.tar.bz2');
    await download(url, archive, `${names.ravenDb} ${ravenDb.line}`, finding.report);
    finding.report.line(
      `${names.ravenDb}: no checksum is published; only the encrypted connection vouches for it`,
    );
    await unpackTar(archive, join(scratch, 'unpacked'), finding.env);
    return folderWithServer(join(scratch, 'unpacked'));
  });
}

/** Checked first: what cannot be unpacked need not be downloaded. */
async function canUnpack(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (await findPython(env)) return true;
  const tools = process.platform === 'linux' ? ['tar', 'bzip2'] : ['tar'];
  const found = await Promise.all(tools.map((tool) => onPath(tool, env)));
  return found.every((file) => file !== undefined);
}

async function folderWithServer(unpacked: string): Promise<string> {
  const files = await readdir(unpacked, { recursive: true, withFileTypes: true });
  return files.find(({ name }) => name === 'Raven.Server.dll')?.parentPath ?? unpacked;
}

const folderInWheel = 'ravendb_embedded/target/nuget/contentFiles/any/any/RavenDBServer';

function keptFolders({ servers }: Finding): [string, string] {
  return [
    join(servers, `ravendb-${ravenDb.version}`),
    join(servers, `ravendb-${ravenDb.line}-self-contained`),
  ];
}

const holdsServer = (folder: string) => existsSync(join(folder, 'Raven.Server.dll'));

async function install(
  finding: Finding,
  target: string,
  fill: (scratch: string) => Promise<string>,
): Promise<ProgramSource> {
  await mkdir(finding.servers, { recursive: true });
  await installOnce(target, finding.report.line, async (scratch) => {
    const folder = await fill(scratch);
    if (!holdsServer(folder)) throw new Error('the fetched files contain no Raven.Server.dll');
    return folder;
  });
  return program(finding, target);
}

/** How to start the server in a folder: with its own program if it includes its runtime, otherwise with `dotnet`. */
async function program(finding: Finding, folder: string): Promise<ProgramSource> {
  const env: Record<string, string> = (await hasIcu()) ? {} : { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
  const wanted = await wantedDotnet(folder);
  if (wanted === undefined) {
    return { kind: 'program', way: folder, command: join(folder, 'Raven.Server'), args: [], env };
  }
  const { root } = await findDotnet(finding, wanted);
  return {
    kind: 'program',
    way: `${folder} on ${root}`,
    command: join(root, 'dotnet'),
    args: [join(folder, 'Raven.Server.dll')],
    env: { ...env, DOTNET_ROOT: root },
  };
}
