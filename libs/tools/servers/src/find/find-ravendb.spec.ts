import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fakeDotnet, put, scratch } from '../fixtures/scratch.ts';
import { vendorSite } from '../fixtures/vendor-site.ts';
import { ravenDbWays } from './find-ravendb.ts';
import { missingServer } from './find-servers.ts';
import { toFinding } from './options.ts';
import { search } from './search.ts';

const nowhere = { nats: 'http://127.0.0.1:9', ravenDb: 'http://127.0.0.1:9', dotnet: 'http://127.0.0.1:9' };

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
  it('is not downloaded when no .NET for it is available', async () => {
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

  it('is not downloaded when the .NET that is there does not run on this machine', async () => {
    const bin = scratch();
    const asked = put(join(bin, 'asked'));
    put(join(bin, 'python3'), `#!/bin/sh\necho "$@" >> ${asked}\n`, 0o755);
    const root = fakeDotnet(scratch(), '10.0.12');
    put(join(root, 'dotnet'), '#!/bin/sh\necho libstdc++.so.6 is missing\nexit 127\n', 0o755);
    const env = { PATH: bin, DOTNET_ROOT: root };
    const finding = toFinding({ env, home: scratch(), log: () => undefined }, nowhere);
    const way = ravenDbWays(finding).find(({ name }) => name.includes('pip'));
    await expect(way?.look()).rejects.toThrow('does not run here: libstdc++.so.6 is missing');
    await expect(readText(asked)).resolves.not.toContain('download');
  });
});

describe("RavenDB's own download", () => {
  it('is not asked for when nothing could unpack it', async () => {
    await using site = await vendorSite({});
    const vendors = { ...nowhere, ravenDb: site.url };
    const finding = toFinding({ env: { PATH: scratch() }, home: scratch(), log: () => undefined }, vendors);
    const way = ravenDbWays(finding).find(({ name }) => name.includes('own download'));
    await expect(way?.look()).resolves.toMatchObject({ refused: 'nothing here unpacks a tar.bz2' });
    expect(site.asked).toEqual([]);
  });
});

describe('a machine that can get no RavenDB', () => {
  it('is told in one line what is missing and what helps, and in many all that was tried', async () => {
    const bin = scratch();
    put(join(bin, 'python3'), '#!/bin/sh\n', 0o755);
    const finding = toFinding({ env: { PATH: bin }, home: scratch(), log: () => undefined }, nowhere);
    const error = await search('ravendb server', ravenDbWays(finding)).catch((caught: unknown) => caught);
    const { brief, reason } = missingServer('ravendb', error);
    expect(brief).toBe(
      'no .NET 10.0.12 runtime with ASP.NET Core. Remedy: install the ASP.NET Core runtime 10.0.12 ' +
        '(or set SPARK_DOTNET_ARCHIVE to an archive with it), or set RAVENDB_URLS to the address of a running server',
    );
    expect(reason.match(/DOTNET_ROOT: not set/g)).toHaveLength(1);
    expect(reason).toContain('SPARK_DOTNET_ARCHIVE');
  });

  it.each([
    ['is not there', (file: string) => file, 'does not exist'],
    ['is none', (file: string) => put(file, 'text'), 'tar could not unpack'],
    [
      'has another version',
      (file: string) => {
        execFileSync('tar', ['-czf', file, '-C', fakeDotnet(scratch(), '8.0.0'), '.']);
        return file;
      },
      'is not in it (there: 8.0.0)',
    ],
  ])('is told which variable names an archive that %s, and what to set it to', async (_, made, why) => {
    const archive = made(join(scratch(), 'runtime.tar.gz'));
    const env = { PATH: process.env['PATH'], SPARK_RAVENDB_DIR: fakeServer(scratch(), '10.0.12') };
    const options = { home: scratch(), fetch: false, log: () => undefined };
    const finding = toFinding({ ...options, env: { ...env, SPARK_DOTNET_ARCHIVE: archive } }, nowhere);
    const error = await search('ravendb server', ravenDbWays(finding)).catch((caught: unknown) => caught);
    const { brief } = missingServer('ravendb', error);
    expect(brief).toMatch(/^SPARK_DOTNET_ARCHIVE cannot be used: /);
    expect(brief).toContain(archive);
    expect(brief).toContain(why);
    expect(brief).toContain(
      'Remedy: set SPARK_DOTNET_ARCHIVE to an archive with the ASP.NET Core runtime 10.0.12 for this machine, or set RAVENDB_URLS',
    );
  });

  it.each([
    [
      { DOTNET_ROOT: '/nowhere' },
      /^DOTNET_ROOT cannot be used: no dotnet in \/nowhere\. Remedy: install .* and set/,
    ],
    [
      { SPARK_RAVENDB_DIR: '/nowhere' },
      /^SPARK_RAVENDB_DIR cannot be used: no Raven\.Server\.dll in \/nowhere\./,
    ],
  ])('is told what is wrong with %j', async (wrong, words) => {
    const env = { PATH: scratch(), SPARK_RAVENDB_DIR: fakeServer(scratch(), '10.0.12'), ...wrong };
    const finding = toFinding({ env, home: scratch(), fetch: false, log: () => undefined }, nowhere);
    const error = await search('ravendb server', ravenDbWays(finding)).catch((caught: unknown) => caught);
    expect(missingServer('ravendb', error).brief).toMatch(words);
  });

  it('is told the address that does not answer, where one was given', async () => {
    const env = { RAVENDB_URLS: 'http://127.0.0.1:9' };
    const finding = toFinding({ env, home: scratch(), log: () => undefined }, nowhere);
    const error = await search('ravendb server', ravenDbWays(finding)).catch((caught: unknown) => caught);
    expect(missingServer('ravendb', error).brief).toMatch(/^http:\/\/127\.0\.0\.1:9 does not answer/);
  });

  it('is given nothing beyond the reason where that says what to do', () => {
    expect(missingServer('nats', new Error('in use: stop process 7'))).toMatchObject({
      reason: 'in use: stop process 7',
      remedy: null,
    });
  });
});

async function readText(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8');
}
