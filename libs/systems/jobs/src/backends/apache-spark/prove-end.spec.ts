import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ApacheSparkError } from '@nestjs-spark/apache-spark';
import { uuidOf } from '@nestjs-spark/apache-spark/internal';
import { orders, runOver } from '../../fixtures/script-run.ts';
import { chunksOf, CHUNK_BYTES, mostChunksOf } from './chunks.ts';
import { endWithProof } from './prove-end.ts';
import { idsOfChunks } from './run-chunks.ts';
import { idsOfStatement } from './run-sql.ts';

const SESSION = { sessionId: 'session', userId: 'spec' };

/** A UI whose one job has this tag, and runs a task until it is told otherwise. */
async function startUi(tag: string) {
  const state = { active: 1, looks: 0 };
  const server = createServer((request, response) => {
    const isJobs = request.url?.endsWith('/jobs') ?? false;
    if (isJobs) state.looks++;
    const job = { numActiveTasks: state.active, stageIds: [], jobTags: [`SparkConnect_Operation_${tag}`] };
    response.end(JSON.stringify(isJobs ? [job] : [{ id: 'app' }]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ui = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { state, ui, close: () => server.close() };
}

describe('The end of a run on Apache Spark', () => {
  const run = runOver('loadToOrders({});', orders(3));

  it.each([
    ['chunk 0, which another process has started', uuidOf(`${run.runId}/0/0`), idsOfChunks(run)],
    ['a chunk in its third life', uuidOf(`${run.runId}/1/2`), idsOfChunks(run)],
    ['a statement', uuidOf(`${run.runId}/statement`), idsOfStatement(run)],
  ])('is proved of everything that there can be of it: %s', async (_, running, ids) => {
    const { ui, state, close } = await startUi(running);
    const states = new Map([[running, 'running']]);
    const interrupted: string[] = [];
    const found: string[] = [];
    const client = {
      statuses: async (__: unknown, asked: readonly string[]) =>
        new Map(asked.map((id) => [id, states.get(id) ?? 'unknown'])),
      interrupt: async (__: unknown, id: string) => {
        interrupted.push(id);
        states.set(id, 'cancelled');
        setTimeout(() => (state.active = 0), 500);
      },
    };
    const operations = { ids, session: async () => SESSION, renew: () => false };
    const { signal } = new AbortController();
    const onFound = ({ operationId }: { operationId: string }): void => void found.push(operationId);
    await endWithProof(operations, { client, ui, signal, onFound, onFailure: () => undefined });
    expect([interrupted, state.active, new Set(found)]).toEqual([[running], 0, new Set([running])]);
    close();
  });

  it('is looked for in the session that has followed one that the server has closed', async () => {
    const { ui, state, close } = await startUi(uuidOf(`${run.runId}/0/1`));
    state.active = 0;
    let session = SESSION;
    const asked: string[] = [];
    const client = {
      statuses: async ({ sessionId }: { sessionId: string }) => {
        asked.push(sessionId);
        if (sessionId === 'session') throw new ApacheSparkError('lost', 'closed');
        return new Map<string, string>();
      },
      interrupt: async () => undefined,
    };
    const renew = (): boolean => {
      session = { ...SESSION, sessionId: 'next' };
      return true;
    };
    const operations = { ids: idsOfChunks(run), session: async () => session, renew };
    const { signal } = new AbortController();
    const parts = { client, ui, signal, onFound: () => undefined, onFailure: () => undefined };
    await endWithProof(operations, parts);
    expect(asked).toEqual(['session', 'next', 'next']);
    close();
  });

  it('asks for at least as many chunks as an input can have', async () => {
    for (const length of [1, CHUNK_BYTES / 2 + 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1]) {
      const lines = Buffer.from(Array.from({ length: 5 }, () => 'x'.repeat(length)).join('\n'));
      let count = 0;
      const read = async function* () {
        yield lines;
      };
      for await (const { index } of chunksOf(read())) count = index + 1;
      expect(count).toBeLessThanOrEqual(mostChunksOf(lines.byteLength));
    }
  });
});
