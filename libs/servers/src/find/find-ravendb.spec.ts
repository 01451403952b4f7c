import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fakeDotnet, put, scratch } from '../fixtures/scratch.ts';
import { vendorSite } from '../fixtures/vendor-site.ts';
import { ravenDbWays } from './find-ravendb.ts';
import { toFinding } from './options.ts';

function fakeServer(folder: string, framework?: string): string {
  const frameworks = framework && [{ name: 'Microsoft.NETCore.App', version: framework }];
  put(join(folder, 'Raven.Server.dll'));
  put(
    join(folder, 'Raven.Server.runtimeconfig.json'),
    JSON.stringify({ runtimeOptions: { ...(frameworks && { frameworks }) } }),
  );
  return folder;
}

const machineWay = (env: NodeJS.ProcessEnv) =>
  ravenDbWays(toFinding({ env, home: scratch(), fetch: false, log: () => undefined }))[1]?.look();

describe('RavenDB on the machine', () => {
  it('is started with the .NET of DOTNET_ROOT when that fits', async () => {
    const server = fakeServer(scratch(), '10.0.12');
    const root = fakeDotnet(scratch(), '10.0.13');
    await expect(machineWay({ SPARK_RAVENDB_DIR: server, DOTNET_ROOT: root })).resolves.toMatchObject({
      command: join(root, 'dotnet'),
      args: [join(server, 'Raven.Server.dll')],
      env: { DOTNET_ROOT: root },
    });
  });

  it('is found in the Server folder of an unpacked download, and needs no .NET when it brings its own', async () => {
    const download = scratch();
    const server = fakeServer(join(download, 'Server'));
    await expect(machineWay({ SPARK_RAVENDB_DIR: download })).resolves.toMatchObject({
      command: join(server, 'Raven.Server'),
      args: [],
    });
  });

  it('is not started on a .NET that is too old, and the error says what is there', async () => {
    const env = {
      SPARK_RAVENDB_DIR: fakeServer(scratch(), '10.0.12'),
      DOTNET_ROOT: fakeDotnet(scratch(), '8.0.1'),
    };
    await expect(machineWay(env)).rejects.toThrow(
      /DOTNET_ROOT: Microsoft.NETCore.App 10.0.12 .*\(there: 8.0.1\)/,
    );
  });
});

describe('RavenDB by pip', () => {
  it('is not downloaded when no .NET for it can be had', async () => {
    await using site = await vendorSite({});
    const bin = scratch();
    const asked = join(bin, 'asked');
    put(join(bin, 'python3'), `#!/bin/sh\necho "$@" >> ${asked}\n`, 0o755);
    const vendors = { nats: site.url, ravenDb: site.url, dotnet: site.url };
    const finding = toFinding({ env: { PATH: bin }, home: scratch(), log: () => undefined }, vendors);
    const way = ravenDbWays(finding).find(({ name }) => name.includes('pip'));

    await expect(way?.look()).rejects.toThrow('No .NET 10.0.12 runtime');
    expect(existsSync(asked)).toBe(true);
    await expect(readText(asked)).resolves.not.toContain('download');
    expect(site.asked).toEqual(['/release-metadata/10.0/releases.json']);
  });
});

async function readText(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8');
}
