import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { jobStoreConformance } from '../fixtures/job-store.conformance.ts';
import { JetStreamJobStore } from './jetstream-job-store.ts';

describeWithServers(['nats'], 'A store of jobs in JetStream', () => {
  const streams: string[] = [];
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
      for (const name of streams.flatMap((one) => [one, `KV_${one}_CACHE`, `OBJ_${one}_DATA`]))
        await jsm.streams.delete(name).catch(() => false);
    });
    await connection.close();
  });

  jobStoreConformance(async () => {
    const id = randomBytes(5).toString('hex');
    streams.push(`JOBS_${id}`);
    return new JetStreamJobStore({
      connection,
      log: new MemoryLogger(),
      limits: { few: 2 },
      retentionMs: 60_000,
      stream: `JOBS_${id}`,
      root: `spec-jobs-${id}`,
    });
  });
});
