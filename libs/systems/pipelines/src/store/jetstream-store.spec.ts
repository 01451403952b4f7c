import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { storesPipelines } from '../fixtures/store.conformance.ts';
import { openJetStreamStore } from './jetstream-store.ts';

describeWithServers(['nats'], 'in JetStream', () => {
  const prefixes: string[] = [];
  let connection: JetStreamConnection;
  beforeAll(() => {
    connection = new JetStreamConnection({
      url: testServers().natsUrl,
      name: 'spec',
      log: new MemoryLogger(),
    });
  });
  afterAll(async () => {
    await connection.use(async ({ jsm }) => {
      for (const prefix of prefixes)
        for (const name of ['EVENTS', 'BATCHES', 'DEAD_LETTERS'])
          await jsm.streams.delete(`${prefix}_${name}`).catch(() => false);
    });
    await connection.close();
  });

  storesPipelines(async () => {
    const id = randomBytes(5).toString('hex');
    prefixes.push(`SPEC_${id}`);
    return openJetStreamStore(connection, { stream: `SPEC_${id}`, root: `spec-${id}` });
  });
});
