import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import request from 'supertest';
import { ApiApp } from '../fixtures/api-app.ts';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { Letters } from '../store/letters.ts';

const key = { tenant: 'default', pipelineId: 'adults' };
const adults = {
  pipelineId: 'adults',
  name: 'Adults',
  source: { type: 'file', path: 'in.ndjson', format: 'ndjson' },
  sink: { type: 'file', path: 'out', format: 'ndjson', overwrite: true },
};
const left = {
  letterId: '1-left-0',
  generation: 1,
  partition: 'in.ndjson',
  offset: 0,
  step: 'source',
  reason: 'It is not JSON',
  record: 'nope',
  at: '2026-01-01T00:00:00.000Z',
};

describe('A pipeline with the id of a deleted one', () => {
  let api: ApiApp;
  const letters = () => new Letters(api.app.get(PipelinesNode).store.letters, key);

  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    api.write('in.ndjson', '{"id":1}\nnope\n');
    await api.post('', adults).expect(201);
    await api.post('/adults/start').expect(200);
    await api.untilState('adults', 'Completed');
    await api.get('/adults/dead-letters').expect('x-total-count', '1');
  });
  afterEach(() => api.close());

  it('inherits nothing from it: no dead letters, no progress, no position', async () => {
    await api.remove('/adults').expect(204);
    await eventually(async () => expect(await letters().count()).toBe(0));
    const { body } = await api.post('', adults).expect(201);
    await api.get('/adults/dead-letters').expect('x-total-count', '0');
    const { body: shown } = await api.get('/adults');
    for (const { progress, run } of [body, shown])
      expect([progress, run]).toMatchObject([
        { read: 0, deadLettered: 0, batches: 0, position: {}, lastBatchAt: null },
        { phase: 'none', lastError: null },
      ]);
    expect((await api.get('/adults/checkpoint')).body).toMatchObject({ position: {}, batch: 0 });
    await api.post('/adults/start').expect(200);
    expect(await api.untilState('adults', 'Completed')).toMatchObject({
      progress: { read: 2, deadLettered: 1 },
    });
    await api.get('/adults/dead-letters').expect('x-total-count', '1');
  });

  it('has none of the dead letters that remained because its process ended', async () => {
    await api.remove('/adults').expect(204);
    await eventually(async () => expect(await letters().count()).toBe(0));
    await letters().keep([left]);
    await api.post('', adults).expect(201);
    await api.get('/adults/dead-letters').expect('x-total-count', '0');
    expect(await letters().count()).toBe(0);
  });

  it('has none of those that a process of the deleted one still writes', async () => {
    await api.remove('/adults').expect(204);
    await api.post('', adults).expect(201);
    await letters().keep([left]);
    const { body } = await api.get('/adults/dead-letters').expect('x-total-count', '0');
    expect(body).toEqual([]);
    await api.post(`/adults/dead-letters/${left.letterId}/replay`).expect(404);
  });

  it('has none of its metrics of the current state', async () => {
    const metrics = async (): Promise<string> =>
      (await request(api.app.getHttpServer()).get('/metrics').expect(200)).text;
    const now = /^spark_pipeline_(dead_letters|state)\{pipeline="adults"/gm;
    expect(new Set((await metrics()).match(now)).size).toBe(2);
    await api.remove('/adults').expect(204);
    expect(await metrics()).not.toMatch(now);
  });

  it('need not be created: what remained is removed when its shard is taken', async () => {
    await api.remove('/adults').expect(204);
    await eventually(async () => expect(await letters().count()).toBe(0));
    await letters().keep([left]);
    await api.restart();
    await eventually(async () => expect(await letters().count()).toBe(0));
  });
});
