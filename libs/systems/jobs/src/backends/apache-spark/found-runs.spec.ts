import { expect, it } from '@jest/globals';
import { readConnectAddress } from '@nestjs-spark/apache-spark/text';
import { MemoryLogger } from '@nestjs-spark/testing';
import { orders, runOver } from '../../fixtures/script-run.ts';
import { openSparkBackend } from './open.ts';

it('A run on Apache Spark that another process has begun is not unknown: a job is not cancelled because it is not executed here', async () => {
  const connect = readConnectAddress('sc://127.0.0.1:9');
  if (typeof connect === 'string') throw new Error(connect);
  const backend = await openSparkBackend({
    connect,
    ui: 'http://127.0.0.1:9',
    python: '3.11',
    node: 'node',
    log: new MemoryLogger(),
  });
  try {
    const run = runOver('loadToOrders({});', orders(1));
    const startedAt = new Date().toISOString();
    expect(await backend.find(run.runId)).toBe('unknown');
    expect(await backend.find(run.runId, { run, startedAt })).toMatchObject({ runId: run.runId });
  } finally {
    await backend.close();
  }
});
