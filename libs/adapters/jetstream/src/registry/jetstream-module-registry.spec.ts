import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { openBucket } from '../provision/open-bucket.ts';
import { JetStreamModuleRegistry } from './jetstream-module-registry.ts';

const information = {
  appName: 'Fleet',
  appUrl: 'http://fleet',
  databaseName: 'fleet.db',
  databaseUrls: [],
  registeredAtUtc: '2026-01-01T00:00:00Z',
};

describeWithServers(['nats'], 'The registry in a bucket', () => {
  const bucket = specName('MODULES');
  const connection = specConnection();
  const registry = new JetStreamModuleRegistry({ connection, bucket });
  const put = (key: string, text: string) =>
    connection.use((handle) => openBucket(handle, bucket, {}, (open) => open.put(key, text)));

  beforeAll(() => registry.prepare());
  afterAll(async () => {
    await deleteStreams(connection, `KV_${bucket}`);
    await connection.close();
  });

  it('is empty at first, and has what several modules registered at once', async () => {
    expect(await registry.list()).toEqual([]);
    const names = Array.from({ length: 20 }, (_, at) => `Module-${at}`);
    await Promise.all(names.map((appName) => registry.register({ ...information, appName })));
    expect((await registry.list()).map(({ appName }) => appName).toSorted()).toEqual(names.toSorted());
  });

  it('keeps the document in the shape of SparkModules', async () => {
    await registry.register(information);
    const text = await connection.use((handle) =>
      openBucket(handle, bucket, {}, async (open) => (await open.get('fleet'))?.string()),
    );
    expect(JSON.parse(text ?? '')).toEqual({
      AppName: 'Fleet',
      AppUrl: 'http://fleet',
      DatabaseName: 'fleet.db',
      DatabaseUrls: [],
      RegisteredAtUtc: '2026-01-01T00:00:00Z',
    });
  });

  it('takes what no module has written for nothing', async () => {
    await put('broken', 'no JSON');
    await put('empty', '{}');
    await put('null', 'null');
    for (const name of ['broken', 'empty', 'null', 'never']) expect(await registry.find(name)).toBeNull();
    await expect(registry.list()).resolves.not.toContain(null);
  });

  it('is recreated when its bucket was removed', async () => {
    await deleteStreams(connection, `KV_${bucket}`);
    await registry.find('Fleet').catch(() => null);
    await registry.register(information);
    expect(await registry.find('Fleet')).toEqual(information);
  });

  it('a name that cannot be a key is not found and breaks nothing', async () => {
    for (const name of ['*', '>', 'a.b', ' ', 'a\r\nb']) expect(await registry.find(name)).toBeNull();
  });
});
