import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { Authority } from '@nestjs-spark/servers/internal';
import { describeWithPrograms } from '@nestjs-spark/servers/testing';
import { pemForClient, readCertificate } from './read-certificate.ts';

const PASSPHRASE = 'of the spec only';

describeWithPrograms(['openssl'], 'A client certificate', () => {
  let folder: string;
  let authority: Authority;
  let issued: Awaited<ReturnType<Authority['issue']>>;

  const read = async (file: string, passphrase?: string) =>
    readCertificate({
      certificate: await readFile(file),
      ...(passphrase === undefined ? {} : { passphrase }),
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-certificate-'));
    authority = await Authority.create(folder);
    issued = await authority.issue('module');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['pkcs1', 'pkcs8'] as const)(
    "is read with a key as %s, which becomes the form of RavenDB's client",
    async (form) => {
      for (const passphrase of [undefined, PASSPHRASE]) {
        const certificate = await read(await authority.pem(issued, form, passphrase), passphrase);
        expect(certificate.type).toBe('pem');
        expect(pemForClient(certificate)).toMatch(
          /END CERTIFICATE-----\s+-----BEGIN RSA PRIVATE KEY-----\n[^:]+$/,
        );
      }
    },
  );

  it('is read as a PFX, and as the base64 of one', async () => {
    const file = await authority.pfx(issued, PASSPHRASE);
    const bytes = await readFile(file);
    expect(await read(file, PASSPHRASE)).toMatchObject({ type: 'pfx', certificate: bytes });
    await writeFile(`${file}.base64`, bytes.toString('base64'));
    expect(await read(`${file}.base64`, PASSPHRASE)).toMatchObject({ type: 'pfx', certificate: bytes });
  });

  it('that no connection could show is refused with the reason, and not shown', async () => {
    for (const form of ['pkcs1', 'pkcs8'] as const) {
      const locked = await authority.pem(issued, form, PASSPHRASE);
      await expect(read(locked)).rejects.toThrow(StoreRefusedError);
      await expect(read(locked)).rejects.toThrow(/has a passphrase: set RAVENDB_PASSPHRASE/);
      await expect(read(locked, 'wrong')).rejects.toThrow(/does not open it: correct RAVENDB_PASSPHRASE/);
    }
    const pfx = await authority.pfx(issued, PASSPHRASE);
    await expect(read(pfx)).rejects.toThrow(/has a passphrase: set RAVENDB_PASSPHRASE/);
    await expect(read(pfx, 'wrong')).rejects.toThrow(/does not open it/);
    await expect(read(issued.certificate)).rejects.toThrow(/no private key: put the certificate and its key/);
    await expect(read(issued.key)).rejects.toThrow(/no certificate/);
    expect(() => readCertificate({ certificate: Buffer.from('nonsense') })).toThrow(/neither PEM nor PFX/);
  });

  it('is refused in the same way for every wrong passphrase, even one that decrypts it to nonsense', async () => {
    const certificate = await readFile(await authority.pem(issued, 'pkcs1', PASSPHRASE));
    for (let n = 0; n < 1_500; n++)
      expect(() => readCertificate({ certificate, passphrase: `wrong ${n}` })).toThrow(/does not open it/);
  });

  it('that is damaged is not said to have a wrong passphrase', async () => {
    const pem = await readFile(await authority.pem(issued, 'pkcs8', PASSPHRASE), 'utf8');
    const [begin, end] = ['-----BEGIN CERTIFICATE-----\n', '-----END CERTIFICATE-----'];
    for (const damaged of [pem.replace(begin, `${begin}AAAA`), pem.replace(end, '')])
      expect(() => readCertificate({ certificate: Buffer.from(damaged), passphrase: PASSPHRASE })).toThrow(
        /a certificate in it cannot be read/,
      );
  });

  it('whose key is of another one is refused', async () => {
    const other = await authority.issue('other');
    const mixed = join(folder, 'mixed.pem');
    const parts = await Promise.all([issued.certificate, other.key].map((file) => readFile(file, 'utf8')));
    await writeFile(mixed, parts.join(''));
    await expect(read(mixed)).rejects.toThrow(/the key does not belong to the certificate/);
  });
});
