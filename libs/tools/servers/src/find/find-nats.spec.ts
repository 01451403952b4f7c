import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nats, vendorNames } from '../fetch/pins.ts';
import { put, scratch } from '../fixtures/scratch.ts';
import { vendorSite } from '../fixtures/vendor-site.ts';
import { natsWays } from './find-nats.ts';
import { toFinding } from './options.ts';

const folder = `nats-server-v${nats.version}-${vendorNames(process.platform, process.arch)?.nats}`;
const path = `/v${nats.version}`;

function release(): Buffer {
  const at = scratch();
  put(join(at, folder, 'nats-server'), '#!/bin/sh\n', 0o644);
  const archive = join(at, 'release.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', at, folder]);
  return readFileSync(archive);
}

async function releaseWay(sums: (archive: Buffer) => string) {
  const archive = release();
  const site = await vendorSite({
    [`${path}/SHA256SUMS`]: sums(archive),
    [`${path}/${folder}.tar.gz`]: archive,
  });
  const home = scratch();
  const vendors = { nats: site.url, ravenDb: site.url, dotnet: site.url };
  const finding = toFinding({ home, env: process.env, log: () => undefined }, vendors);
  const way = natsWays(finding).find(({ name }) => name === "the project's release");
  if (!way) throw new Error('no such way');
  return { site, home, way };
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

describe('nats-server from the release', () => {
  it('is unpacked and made executable when its checksum is the published one', async () => {
    const { site, home, way } = await releaseWay((archive) => `${sha256(archive)}  ${folder}.tar.gz\n`);
    await using _ = site;
    await expect(way.look()).resolves.toMatchObject({
      kind: 'program',
      command: join(home, 'servers', `nats-server-${nats.version}`, 'nats-server'),
    });
    expect(readdirSync(join(home, 'servers'))).toEqual([`nats-server-${nats.version}`]);
  });

  it('is refused and leaves nothing when its checksum is another', async () => {
    const { site, home, way } = await releaseWay(() => `${'0'.repeat(64)}  ${folder}.tar.gz\n`);
    await using _ = site;
    await expect(way.look()).rejects.toThrow(/but the release's SHA256SUMS says 000/);
    expect(readdirSync(join(home, 'servers'))).toEqual([]);
  });
});

describe('nats-server on PATH', () => {
  const look = async (version: string) => {
    const bin = scratch();
    put(join(bin, 'nats-server'), `#!/bin/sh\necho "nats-server: ${version}"\n`, 0o755);
    const finding = toFinding({ env: { PATH: bin }, home: bin, log: () => undefined });
    return natsWays(finding)[1]?.look();
  };

  it('is taken when it is new enough', async () => {
    await expect(look('v2.12.7')).resolves.toMatchObject({ kind: 'program' });
  });

  it('is refused when it is older than the security fixes', async () => {
    await expect(look('v2.9.10')).resolves.toMatchObject({
      refused: expect.stringContaining('older than 2.12.7'),
      remedy: expect.stringContaining('install nats-server 2.12.7'),
    });
  });

  it('is not looked for in a folder that does not exist', async () => {
    expect(existsSync('/nowhere')).toBe(false);
    const finding = toFinding({ env: { PATH: '/nowhere' }, home: '/nowhere', log: () => undefined });
    await expect(natsWays(finding)[1]?.look()).resolves.toMatchObject({ refused: 'not there' });
  });
});
