import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nanos } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { keyStream, openBucket } from './open-bucket.ts';

const MINUTE = 60_000;

describeWithServers(['nats'], 'A bucket', () => {
  let connection: JetStreamConnection;
  const made: string[] = [];

  beforeAll(() => {
    connection = specConnection();
  });
  afterAll(async () => {
    await deleteStreams(connection, ...made.map(keyStream));
    await connection.close();
  });

  const maxAgeOf = (name: string): Promise<number> =>
    connection.use(async ({ jsm }) => (await jsm.streams.info(keyStream(name))).config.max_age);

  it.each([
    ['none', 0, 2 * MINUTE],
    ['a shorter one', MINUTE, 10 * MINUTE],
    ['a longer one', 60 * MINUTE, MINUTE],
  ])('keeps its values for the requested time although it was made with %s', async (_, before, ttl) => {
    const name = specName('BUCKET');
    made.push(name);
    await connection.use(async (handle) => {
      await new Kvm(handle.js).create(name, before === 0 ? {} : { ttl: before });
      await openBucket(handle, name, { ttl }, (bucket) => bucket.put('a', 'value'));
      expect(await maxAgeOf(name)).toBe(nanos(ttl));
      await openBucket(handle, name, { ttl }, async (bucket) => {
        expect((await bucket.get('a'))?.string()).toBe('value');
      });
    });
  });

  it('keeps its values for as long as before when no time is requested', async () => {
    const name = specName('BUCKET');
    made.push(name);
    await connection.use(async (handle) => {
      await new Kvm(handle.js).create(name, { ttl: MINUTE });
      await openBucket(handle, name, { history: 1 }, (bucket) => bucket.put('a', 'value'));
    });
    expect(await maxAgeOf(name)).toBe(nanos(MINUTE));
  });
});
