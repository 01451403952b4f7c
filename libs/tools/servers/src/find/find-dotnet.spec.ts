import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { vendorNames } from '../fetch/pins.ts';
import { fakeDotnet, scratch } from '../fixtures/scratch.ts';
import { vendorSite } from '../fixtures/vendor-site.ts';
import { findDotnet } from './find-dotnet.ts';
import { toFinding } from './options.ts';

const path = process.env['PATH'];
const quiet = { log: () => undefined };

function archiveOf(version: string): string {
  const file = join(scratch(), 'runtime.tar.gz');
  execFileSync('tar', ['-czf', file, '-C', fakeDotnet(scratch(), version), '.']);
  return file;
}

describe('the .NET runtime', () => {
  it('is unpacked from SPARK_DOTNET_ARCHIVE once', async () => {
    const home = scratch();
    const archive = archiveOf('10.0.12');
    const first = toFinding({
      ...quiet,
      home,
      fetch: false,
      env: { PATH: path, SPARK_DOTNET_ARCHIVE: archive },
    });
    const root = join(home, 'servers', 'dotnet-10.0.12');
    await expect(findDotnet(first, '10.0.12')).resolves.toEqual({ root });
    const later = toFinding({ ...quiet, home, fetch: false, env: { PATH: path } });
    await expect(findDotnet(later, '10.0.12')).resolves.toEqual({ root });
  });

  it('is not taken from an archive with another version, and nothing of it stays', async () => {
    const home = scratch();
    const env = { PATH: path, SPARK_DOTNET_ARCHIVE: archiveOf('8.0.0') };
    const finding = toFinding({ ...quiet, home, fetch: false, env });
    await expect(findDotnet(finding, '10.0.12')).rejects.toThrow(/does not fit: .*there: 8.0.0/);
    expect(existsSync(join(home, 'servers', 'dotnet-10.0.12'))).toBe(false);
  });

  it("is downloaded from Microsoft and checked against its release list's SHA-512", async () => {
    const content = readFileSync(archiveOf('10.0.12'));
    const name = `aspnetcore-runtime-${vendorNames(process.platform, process.arch)?.dotnet}.tar.gz`;
    const files: Record<string, Buffer | string> = { '/runtime.tar.gz': content };
    await using site = await vendorSite(files);
    const list = (hash: string) => ({
      releases: [
        {
          'aspnetcore-runtime': {
            version: '10.0.12',
            files: [{ name, url: `${site.url}/runtime.tar.gz`, hash }],
          },
        },
      ],
    });
    const vendors = { nats: site.url, ravenDb: site.url, dotnet: site.url };
    const finding = () => toFinding({ ...quiet, home: scratch(), env: { PATH: path } }, vendors);

    files['/release-metadata/10.0/releases.json'] = JSON.stringify(list('00'));
    await expect(findDotnet(finding(), '10.0.12')).rejects.toThrow("but Microsoft's release list says 00");
    const hash = createHash('sha512').update(content).digest('hex').toUpperCase();
    files['/release-metadata/10.0/releases.json'] = JSON.stringify(list(hash));
    await expect(findDotnet(finding(), '10.0.12')).resolves.toMatchObject({
      root: expect.stringContaining('dotnet-10.0.12'),
    });
  });
});
