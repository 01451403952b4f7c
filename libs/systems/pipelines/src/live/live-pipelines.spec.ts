import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiAuthentication, SparkAuthModule } from '@nestjs-spark/auth';
import { LiveReader } from '@nestjs-spark/auth/internal';
import { AuditStore, AuditTrail, TrailInUse } from '@nestjs-spark/modules/internal';
import { MetricsRegistry, ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import { Refusals } from '@nestjs-spark/observability/internal';
import { MemoryLogger, MemoryState } from '@nestjs-spark/testing';
import { WebSocket } from 'ws';
import { PipelinesApiModule } from '../module/pipelines-api.module.ts';
import { SparkPipelinesModule } from '../module/spark-pipelines.module.ts';
import { PipelinesNode } from '../own/pipelines-node.ts';

const TOKEN = 'a'.repeat(32);
const ANN = { authorization: `Bearer ${TOKEN}` };
const ASKING = { by: 'token:ann', commandId: null };

interface Message {
  type: string;
  id?: string | null;
  pipelineId?: string;
  sequence?: number | string;
  status?: { state: string; definition?: unknown };
  event?: { type: string };
  problem?: { type: string; errors?: { pointer: string }[] };
}

describe('the WebSocket of pipelines', () => {
  let folder: string;
  let app: INestApplication;
  let node: PipelinesNode;
  const sockets: WebSocket[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-live-'));
    const module = await Test.createTestingModule({
      imports: [
        SparkProblemModule,
        ObservabilityModule.forRoot(),
        SparkAuthModule.forRoot({ tokens: { ann: TOKEN } }),
        SparkPipelinesModule.forRoot({ folder, mode: 'embedded' }),
        PipelinesApiModule,
      ],
    }).compile();
    module.useLogger(false);
    app = module.createNestApplication({ bodyParser: false });
    await app.listen(0, '127.0.0.1');
    node = app.get(PipelinesNode);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.terminate();
    await app.close();
    rmSync(folder, { recursive: true });
  });

  function connect(headers: Record<string, string> = {}) {
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/pipelines/live`, { headers });
    sockets.push(socket);
    const told: Message[] = [];
    socket.on('message', (data) => told.push(JSON.parse(String(data)) as Message));
    const send = async (...messages: object[]): Promise<void> => {
      if (socket.readyState === socket.CONNECTING) await once(socket, 'open');
      for (const message of messages) socket.send(JSON.stringify(message));
    };
    const until = async (holds: (message: Message) => boolean): Promise<Message> => {
      for (;;) {
        const found = told.find(holds);
        if (found) return found;
        await once(socket, 'message');
      }
    };
    return { socket, told, send, until };
  }

  const make = (pipelineId: string, count = 1) =>
    node.submit(
      { tenant: 'default', pipelineId },
      {
        type: 'create',
        definition: {
          pipelineId,
          name: pipelineId,
          source: { type: 'generate', count },
          sink: { type: 'log' },
        },
      },
      ASKING,
    );
  const start = (pipelineId: string) =>
    node.submit({ tenant: 'default', pipelineId }, { type: 'start' }, ASKING);

  it('tells whoever authenticates by its first message all statuses at once, and every change', async () => {
    await make('told');
    const { told, send, until } = connect();
    await send({ type: 'auth', token: TOKEN }, { type: 'subscribe', id: 's', pipelines: ['*'] });
    await until(({ type, status }) => type === 'status' && status?.state === 'Configured');
    expect(told[0]).toEqual({ type: 'subscribed', id: 's' });
    await start('told');
    const { status } = await until((message) => message.status?.state === 'Completed');
    expect(status).not.toHaveProperty('definition');
    await until(({ event }) => event?.type === 'PipelineCompleted');
    await until(({ event }) => event?.type === 'BatchProcessed');
    expect(told.flatMap(({ event }) => event?.type ?? []).toSorted()).toEqual([
      'BatchPlanned',
      'BatchProcessed',
      'PipelineCompleted',
      'PipelineStarted',
    ]);
  });

  it('continues after the last sequence, for the topics and pipelines that were named', async () => {
    const { view } = await make('resumed');
    await make('other');
    await start('resumed');
    const { told, send, until } = connect(ANN);
    const named = { pipelines: ['resumed'], topics: ['events'] };
    await send({ type: 'subscribe', id: 's', ...named, after: view.sequence });
    await until(({ event }) => event?.type === 'PipelineCompleted');
    const others = told.filter(({ event }) => !event?.type.startsWith('Batch'));
    expect(others.map(({ type, pipelineId, event }) => [type, pipelineId, event?.type])).toEqual([
      ['subscribed', undefined, undefined],
      ['event', 'resumed', 'PipelineStarted'],
      ['event', 'resumed', 'PipelineCompleted'],
    ]);
    await send({ type: 'ping' }, { type: 'unsubscribe', id: 's' });
    await until(({ type }) => type === 'unsubscribed');
    expect(told.some(({ type }) => type === 'pong')).toBe(true);
  });

  it('says what is wrong with a message, and ends what does not authenticate with 4401', async () => {
    const { send, until } = connect(ANN);
    await send({ type: 'subscribe', id: 'x', topics: ['nothing'], after: -1 });
    const { id, problem } = await until(({ type }) => type === 'problem');
    expect([id, problem?.errors?.map(({ pointer }) => pointer)]).toEqual(['x', ['/topics', '/after']]);
    const stranger = connect();
    await stranger.send({ type: 'subscribe', id: 's' });
    expect((await once(stranger.socket, 'close'))[0]).toBe(4401);
    const wrong = connect();
    await wrong.send({ type: 'auth', token: 'wrong' });
    expect((await once(wrong.socket, 'close'))[0]).toBe(4401);
  });

  it('counts whoever it refuses once, keeps it in the audit trail, and tries no further token of theirs', async () => {
    const counted = async (): Promise<number> => {
      const { registry } = app.get(MetricsRegistry);
      const text = await registry.getSingleMetricAsString('spark_requests_refused_total');
      return Number(/\{status="401"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const audit = new AuditStore(new MemoryState());
    const trail = new AuditTrail({
      own: 'Fleet',
      audit,
      // The log has said so of an earlier one of this minute.
      refusals: { record: (refusal) => app.get(Refusals).record(refusal) ?? 0 },
      metrics: null,
      log: new MemoryLogger(),
    });
    app.get(TrailInUse).join(trail);
    const before = await counted();
    const tried = jest.spyOn(app.get(ApiAuthentication), 'authenticate');
    const { socket, told, send } = connect();
    await send({ type: 'auth', token: 'wrong' }, { type: 'auth', token: TOKEN }, { type: 'ping' });
    expect((await once(socket, 'close'))[0]).toBe(4401);
    expect(tried.mock.calls).toEqual([[null], ['wrong']]);
    expect(told.map(({ type }) => type)).toEqual(['problem']);
    const stranger = connect();
    await stranger.send({ type: 'ping' });
    await once(stranger.socket, 'close');
    expect(await counted()).toBe(before + 2);
    await trail.settled();
    const entry = { who: null, method: 'GET', path: '/api/pipelines/live', decision: 'refused', status: 401 };
    expect((await audit.newest(0, 9)).entries).toEqual([
      expect.objectContaining(entry),
      expect.objectContaining(entry),
    ]);
  });

  it('ends a reader that does not take its events with 1013, and merges statuses for one that is slow', async () => {
    const description = 'x'.repeat(200_000);
    await make('busy');
    const { socket, told, send, until } = connect(ANN);
    await send({ type: 'subscribe', id: 's', pipelines: ['busy'] });
    await until(({ type }) => type === 'status');
    const closing = jest.spyOn(LiveReader.prototype, 'closeSlow');
    socket.pause();
    const key = { tenant: 'default', pipelineId: 'busy' };
    for (let n = 0; n < 80; n++) {
      const definition = {
        pipelineId: 'busy',
        name: `${n}`,
        description,
        source: { type: 'generate' as const, count: 1 },
        sink: { type: 'log' as const },
      };
      await node.submit(key, { type: 'update', definition, reset: 'keep' }, ASKING);
    }
    const closed = once(socket, 'close');
    while (closing.mock.calls.length === 0) await pause(10);
    socket.resume();
    expect((await closed)[0]).toBe(1013);
    const last = Number(told.findLast(({ type }) => type === 'event')?.sequence ?? 0);
    expect(told.filter(({ type }) => type === 'status').length).toBeLessThan(80);
    const again = connect(ANN);
    await again.send({ type: 'subscribe', id: 's', pipelines: ['busy'], topics: ['events'], after: last });
    expect((await again.until(({ type }) => type === 'event')).sequence).toBe(last + 1);
  });
});
