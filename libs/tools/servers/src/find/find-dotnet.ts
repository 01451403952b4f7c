import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { messageOf } from '@nestjs-spark/foundation/internal';
import { verifyChecksum } from '../fetch/checksum.ts';
import { download, downloadText } from '../fetch/download.ts';
import { installOnce } from '../fetch/install.ts';
import { vendorNames } from '../fetch/pins.ts';
import { unpackTar } from '../fetch/unpack.ts';
import { misfit } from './dotnet-fit.ts';
import { onPath } from '../host/on-path.ts';
import { fetchRemedy } from './not-fetched.ts';
import type { Finding } from './options.ts';
import type { Refusal, Way } from './search.ts';
import { search } from './search.ts';

/** A folder with a .NET runtime. */
export interface DotnetRoot {
  readonly root: string;
}

/** A .NET runtime that RavenDB's server runs on: the machine's, one unpacked earlier, the archive's, Microsoft's. */
export async function findDotnet(finding: Finding, wanted: string): Promise<DotnetRoot> {
  return search(`.NET ${wanted} runtime with ASP.NET Core`, dotnetWays(finding, wanted));
}

/** The ways to a .NET runtime, in the order in which they are tried. */
function dotnetWays(finding: Finding, wanted: string): Way<DotnetRoot>[] {
  const install = `install the ASP.NET Core runtime ${wanted}`;
  const { env } = finding;
  const fetched = fetchRemedy(finding.mayFetch, 'npx @nestjs-spark/cli servers ravendb');
  return [
    {
      name: 'DOTNET_ROOT',
      async look() {
        const remedy = `${install} and set DOTNET_ROOT to it`;
        const root = await fitting(env['DOTNET_ROOT'], wanted, 'not set', remedy);
        return env['DOTNET_ROOT'] && 'refused' in root ? { ...root, setting: 'DOTNET_ROOT' } : root;
      },
    },
    {
      name: 'dotnet on PATH',
      async look() {
        const command = await onPath('dotnet', env);
        return fitting(command && dirname(await realpath(command)), wanted, 'not there', install);
      },
    },
    {
      name: `a runtime unpacked in ${finding.servers}`,
      look: async () => fitting(keptRoot(finding, wanted), wanted, 'none', fetched),
    },
    { name: 'SPARK_DOTNET_ARCHIVE', look: () => fromArchive(finding, wanted) },
    ...(finding.mayFetch
      ? [
          {
            name: "Microsoft's download",
            remedy: `allow this machine (or its proxy) to reach that address, or ${install}`,
            look: () => fromVendor(finding, wanted),
          },
        ]
      : []),
  ];
}

const keptRoot = (finding: Finding, wanted: string) => join(finding.servers, `dotnet-${wanted}`);

async function fitting(
  root: string | undefined,
  wanted: string,
  absent: string,
  remedy: string,
): Promise<DotnetRoot | Refusal> {
  if (!root) return { refused: absent, remedy };
  const problem = await misfit(root, wanted);
  return problem === undefined ? { root } : { refused: problem, remedy };
}

async function fromArchive(finding: Finding, wanted: string): Promise<DotnetRoot | Refusal> {
  const given = finding.env['SPARK_DOTNET_ARCHIVE'];
  const remedy = `set SPARK_DOTNET_ARCHIVE to an archive with the ASP.NET Core runtime ${wanted} for this machine`;
  if (!given) return { refused: 'not set', remedy };
  const archive = resolve(given);
  const wrong = { remedy, setting: 'SPARK_DOTNET_ARCHIVE' };
  if (!existsSync(archive)) return { refused: `${archive} does not exist`, ...wrong };
  finding.report.line(`Unpacking the .NET runtime of SPARK_DOTNET_ARCHIVE, ${archive}`);
  return unpackRuntime(finding, wanted, async () => archive).catch((error: unknown) => ({
    refused: messageOf(error),
    ...wrong,
  }));
}

async function fromVendor(finding: Finding, wanted: string): Promise<DotnetRoot | Refusal> {
  const rid = vendorNames(process.platform, process.arch)?.dotnet;
  if (!rid)
    return { refused: `no archive for ${process.platform} ${process.arch}`, remedy: 'install .NET yourself' };
  const channel = wanted.split('.').slice(0, 2).join('.');
  const releases = JSON.parse(
    await downloadText(`${finding.vendors.dotnet}/release-metadata/${channel}/releases.json`),
  ) as Releases;
  const release = releases.releases.find((entry) => entry['aspnetcore-runtime']?.version === wanted);
  const wantedName = `aspnetcore-runtime-${rid}.tar.gz`;
  const file = release?.['aspnetcore-runtime']?.files.find(({ name }) => name === wantedName);
  if (!file)
    return { refused: `Microsoft lists no ${wantedName} of ${wanted}`, remedy: 'install .NET yourself' };
  return unpackRuntime(finding, wanted, async (scratch) => {
    const archive = join(scratch, file.name);
    await download(file.url, archive, `.NET runtime ${wanted}`, finding.report);
    const from = "Microsoft's release list";
    await verifyChecksum(archive, file.name, { algorithm: 'sha512', hex: file.hash, from });
    return archive;
  });
}

interface Releases {
  releases: {
    'aspnetcore-runtime'?: { version: string; files: { name: string; url: string; hash: string }[] };
  }[];
}

async function unpackRuntime(
  finding: Finding,
  wanted: string,
  obtain: (scratch: string) => Promise<string>,
): Promise<DotnetRoot> {
  const target = keptRoot(finding, wanted);
  await mkdir(finding.servers, { recursive: true });
  await installOnce(target, finding.report.line, async (scratch) => {
    const unpacked = join(scratch, 'unpacked');
    const archive = await obtain(scratch);
    await unpackTar(archive, unpacked, finding.env);
    const problem = await misfit(unpacked, wanted);
    if (problem === undefined) return unpacked;
    // The scratch folder means nothing to the reader, and is gone by then.
    const shown = problem.replaceAll(`${unpacked}${sep}`, '').replaceAll(unpacked, 'it');
    throw new Error(`${archive} does not fit: ${shown}`);
  });
  return { root: target };
}
