import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JetStreamConnection, JetStreamModuleRegistry } from '@nestjs-spark/jetstream/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { SILENT } from '../silent.ts';
import { findUrl } from './find-url.ts';

const NOWHERE = 'nats://127.0.0.1:9';

describe('The address of a module', () => {
  it('has to be given where no place is known to look it up', async () => {
    await expect(findUrl('HR', {})).rejects.toThrow(
      /Give --url, or set SPARK_MODULES_URLS, RAVENDB_URLS or NATS_URL/,
    );
  });

  it('is looked up where modules register by default, if variables are empty', async () => {
    const environment = {
      SPARK_MODULES_URLS: '',
      SPARK_MODULES_DATABASE: '',
      RAVENDB_URLS: 'http://127.0.0.1:9',
    };
    await expect(findUrl('HR', environment)).rejects.toThrow(/HR cannot be looked up in SparkModules: /);
  });

  it('has to be given while the place cannot be asked, and the place is named', async () => {
    await expect(findUrl('HR', { NATS_URL: NOWHERE })).rejects.toThrow(
      /HR cannot be looked up in NATS: .*--url/,
    );
  });
});
describeWithServers(['nats'], 'The address of a module that registers on NATS', () => {
  const name = `Found${process.pid}`;
  const appUrl = 'http://127.0.0.1:5002';
  let connection: JetStreamConnection;

  beforeAll(async () => {
    connection = new JetStreamConnection({ url: testServers().natsUrl, name, log: SILENT });
    const databases = { databaseName: name, databaseUrls: [], registeredAtUtc: '2026-02-03T10:11:12Z' };
    const registry = new JetStreamModuleRegistry({ connection });
    await registry.register({ appName: name, appUrl, ...databases });
    await registry.register({ appName: `${name}Desk`, appUrl: '', ...databases });
  });
  afterAll(() => connection?.close());

  it('is found by its name, in whatever case it is written', async () => {
    expect(await findUrl(name, { NATS_URL: testServers().natsUrl })).toBe(appUrl);
    expect(await findUrl(name.toUpperCase(), { NATS_URL: testServers().natsUrl })).toBe(appUrl);
  });

  it('is found while the other place where modules register is away', async () => {
    const environment = { NATS_URL: testServers().natsUrl, SPARK_MODULES_URLS: 'http://127.0.0.1:9' };
    expect(await findUrl(name, environment)).toBe(appUrl);
  });

  it('has to be given for a module that is registered without one', async () => {
    await expect(findUrl(`${name}Desk`, { NATS_URL: testServers().natsUrl })).rejects.toThrow(
      `${name}Desk is registered without an address that can be asked: give one with --url.`,
    );
  });

  it('is not guessed: a module that has not run is named as such', async () => {
    await expect(findUrl('Nobody', { NATS_URL: testServers().natsUrl })).rejects.toThrow(
      'Nobody is not registered in NATS: it has not run yet. Give its address with --url.',
    );
  });
});
