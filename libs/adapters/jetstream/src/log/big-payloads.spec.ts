import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { BigPayloads } from './big-payloads.ts';

describeWithServers(['nats'], 'Payloads beside the log', () => {
  const stream = specName('BIG');
  let connection: JetStreamConnection;

  beforeAll(() => {
    connection = specConnection();
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(async () => {
    await deleteStreams(connection, stream);
    await connection.close();
  });

  const nothing = () => Promise.resolve([]);

  it('are removed by the instance that takes the task over, although it had found none before', async () => {
    const [one, other] = [new BigPayloads(connection, stream), new BigPayloads(connection, stream)];
    await other.trim('cars', 10, nothing);
    await one.store('cars', 5, Buffer.from('large'));
    expect(await one.list()).toHaveLength(1);
    const now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => now + 120_000);
    await other.trim('cars', 10, nothing);
    expect(await one.list()).toEqual([]);
  });
});
