import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { put, scratch } from '../fixtures/scratch.ts';
import { vendorSite } from '../fixtures/vendor-site.ts';
import { checksumIn, verifyChecksum } from './checksum.ts';
import { download } from './download.ts';
import { progressText, reportTo } from './progress.ts';

const quiet = reportTo(() => undefined);

describe('a download', () => {
  it('gets its name when it is complete', async () => {
    await using site = await vendorSite({ '/file': 'content' });
    const file = join(scratch(), 'file');
    await download(`${site.url}/file`, file, 'file', quiet);
    expect(readFileSync(file, 'utf8')).toBe('content');
  });

  it('that breaks off never counts as complete', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('only this', () => response.destroy());
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const file = join(scratch(), 'file');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(download(url, file, 'file', quiet)).rejects.toThrow('broke off after 9 bytes');
    expect(existsSync(file)).toBe(false);
    server.close();
  });

  it('that is refused names the address and the answer', async () => {
    await using site = await vendorSite({});
    await expect(download(`${site.url}/file`, join(scratch(), 'f'), 'f', quiet)).rejects.toThrow(
      `${site.url}/file answered 404 Not Found`,
    );
  });

  it('tells how far it is', () => {
    expect(progressText('RavenDB', 120_500_000, 241_000_000)).toBe('RavenDB: 120.5 of 241.0 MB (50%)');
    expect(progressText('RavenDB', 120_500_000)).toBe('RavenDB: 120.5 MB');
  });
});

describe('a checksum', () => {
  const hex = '6ae8a75555209fd6c44157c0aed8016e763ff435a19cf186f76863140143ff72';

  it('passes the file that was meant and refuses another', async () => {
    const file = put(join(scratch(), 'file'), 'test content');
    await verifyChecksum(file, 'file', { algorithm: 'sha256', hex, from: 'the list' });
    put(file, 'test content!');
    await expect(
      verifyChecksum(file, 'file', { algorithm: 'sha256', hex, from: 'the list' }),
    ).rejects.toThrow(`but the list says ${hex}`);
  });

  it('is found in a SHA256SUMS by the exact name', () => {
    expect(checksumIn(`${hex}  a.tar.gz.sig\n${hex} *a.tar.gz\n`, 'a.tar.gz')).toBe(hex);
    expect(checksumIn(`${hex}  a.tar.gz.sig\n`, 'a.tar.gz')).toBeUndefined();
  });
});
