import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { type SecuredRavenDb, startSecuredRavenDb } from '@nestjs-spark/servers/internal';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { requireRights } from './check-rights.ts';
import { ensureDatabase } from './ensure-database.ts';
import { RavenConnection } from './raven-connection.ts';
import { readCertificate } from './read-certificate.ts';
import type { CertificateSource } from './settings.ts';

const PASSPHRASE = 'of the spec only';

describeWithOwnServers(['ravendb', 'openssl'], 'A RavenDB over https', () => {
  const database = `secured-${randomUUID().slice(0, 8)}`;
  const opened: RavenConnection[] = [];
  let ravendb: SecuredRavenDb;
  let ca: string;
  /** Of one module, in every form. */
  const forms = new Map<string, CertificateSource>();

  const connect = (certificate: CertificateSource, name = database): RavenConnection => {
    const connection = new RavenConnection({ urls: [ravendb.url], database: name, certificate });
    opened.push(connection);
    return connection;
  };
  const read = async (file: string, passphrase?: string) =>
    readCertificate({
      certificate: await readFile(file),
      ca,
      ...(passphrase === undefined ? {} : { passphrase }),
    });

  beforeAll(async () => {
    ravendb = await startSecuredRavenDb({ temporary: true, log: () => undefined });
    ca = await readFile(ravendb.ca, 'utf8');
    const { authority, administrator } = ravendb;
    const operator = connect(await read(await authority.pem(administrator, 'pkcs8')));
    await ensureDatabase(operator.http, operator.settings, { create: true });
    const issued = await ravendb.admit('module', {
      clearance: 'ValidUser',
      databases: { [database]: 'ReadWrite' },
    });
    forms.set('PKCS#1', await read(await authority.pem(issued, 'pkcs1')));
    forms.set('PKCS#8', await read(await authority.pem(issued, 'pkcs8')));
    forms.set('encrypted PKCS#1', await read(await authority.pem(issued, 'pkcs1', PASSPHRASE), PASSPHRASE));
    forms.set('encrypted PKCS#8', await read(await authority.pem(issued, 'pkcs8', PASSPHRASE), PASSPHRASE));
    const pfx = await authority.pfx(issued, PASSPHRASE);
    forms.set('PFX', await read(pfx, PASSPHRASE));
    await writeFile(`${pfx}.base64`, (await readFile(pfx)).toString('base64'));
    forms.set('PFX as base64', await read(`${pfx}.base64`, PASSPHRASE));
    forms.set('function', () => forms.get('PKCS#8') as never);
  });
  afterAll(async () => {
    for (const connection of opened) await connection.close();
    await ravendb?.stop();
  });

  it.each(['PKCS#1', 'PKCS#8', 'encrypted PKCS#1', 'encrypted PKCS#8', 'PFX', 'PFX as base64', 'function'])(
    'takes a certificate as %s, over HTTP and through its own client',
    async (form) => {
      const connection = connect(forms.get(form) as CertificateSource);
      await ensureDatabase(connection.http, connection.settings, { create: false });
      const session = (await connection.store()).openSession();
      const id = `cars/${form.replaceAll(/\W/g, '-')}`;
      await session.store({ plate: form, '@metadata': { '@collection': 'Cars' } }, id);
      await session.saveChanges();
      expect(await connection.http.getJson(connection.http.path('/docs', { id }))).toMatchObject({
        Results: [{ Plate: form }],
      });
    },
  );

  it('says what is missing when a certificate is not registered or has no rights on the database', async () => {
    const { signal } = new AbortController();
    const wanted = { databases: [database, 'SparkModules'], refusesAdministrators: true };
    const check = async (certificate: CertificateSource) =>
      requireRights(connect(certificate).http, wanted, signal);
    const stranger = await ravendb.authority.issue('stranger');
    const unknown = check(await read(await ravendb.authority.pem(stranger, 'pkcs8')));
    await expect(unknown).rejects.toThrow(StoreRefusedError);
    await expect(unknown).rejects.toThrow(/does not know the client certificate/);
    await expect(check(forms.get('PFX') as CertificateSource)).rejects.toThrow(
      /may not read and write SparkModules \(it has nothing\)/,
    );
  });

  it("does not take a server's or an administrator's certificate for a module's", async () => {
    const { authority, administrator } = ravendb;
    const connection = connect(await read(await authority.pem(administrator, 'pkcs8')));
    const check = (refusesAdministrators: boolean) =>
      requireRights(
        connection.http,
        { databases: [database], refusesAdministrators },
        new AbortController().signal,
      );
    await expect(check(true)).rejects.toThrow(/ClusterNode, which is more than a module may have/);
    await check(false);
  });

  it('says of a missing database that it is missing, without the right to list databases', async () => {
    const connection = connect(forms.get('PKCS#8') as CertificateSource, 'not-there');
    await expect(ensureDatabase(connection.http, connection.settings, { create: false })).rejects.toThrow(
      /not-there does not exist at https.*Create it/,
    );
  });

  it('is not reached by a client that does not trust its authority', async () => {
    const { ca: _, ...alone } = forms.get('PKCS#8') as Exclude<CertificateSource, () => unknown>;
    const connection = connect(alone);
    await expect(connection.http.getJson(connection.http.path('/stats'))).rejects.toThrow(
      /cannot be reached/,
    );
  });
});
