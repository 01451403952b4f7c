import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import request from 'supertest';
import { pipelinesAuthOptions } from '../settings/auth-options.ts';
import { PipelinesApiModule } from './pipelines-api.module.ts';
import { readDefinition } from '../definition/read-definition.ts';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { SparkPipelinesModule } from './spark-pipelines.module.ts';

const TOKENS = { ann: 'a'.repeat(32), bob: 'b'.repeat(32) };
const OPERATOR = 'o'.repeat(32);
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const ANN = as(TOKENS.ann);

const adults = {
  pipelineId: 'adults',
  name: 'Adults',
  labels: { team: 'growth' },
  source: { type: 'file', path: 'in.ndjson' },
  transforms: [{ type: 'filter', condition: 'age > 18' }],
  sink: { type: 'file', path: 'out' },
};

describe.each(['express', 'fastify'])('pipelines over HTTP on %s', (platform) => {
  let folder: string;
  let app: INestApplication;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-pipelines-'));
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', 'in.ndjson'), '{"id":1,"age":17}\n{"id":2,"age":40}\nnope\n');
    await start();
  });
  afterEach(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  async function start(): Promise<void> {
    const module = await Test.createTestingModule({
      imports: [
        SparkProblemModule,
        ObservabilityModule.forRoot(),
        SparkAuthModule.forRoot({ tokens: TOKENS, operatorToken: OPERATOR }),
        SparkPipelinesModule.forRoot({ folder, mode: 'embedded' }),
        PipelinesApiModule,
      ],
    }).compile();
    module.useLogger(false);
    if (platform === 'express') {
      app = await module.createNestApplication({ bodyParser: false }).init();
    } else {
      const fastify = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
      app = await fastify.init();
      await fastify.getHttpAdapter().getInstance().ready();
    }
    while ((await http().get('/health/ready')).status !== 200) await pause(10);
  }

  const http = () => request(app.getHttpServer());
  const post = (path: string, body?: object, headers: Record<string, string> = {}) =>
    http()
      .post(`/api/pipelines${path}`)
      .set({ ...ANN, ...headers })
      .set('content-type', 'application/json')
      .send(body === undefined ? '' : JSON.stringify(body));
  const get = (path: string, headers: Record<string, string> = ANN) =>
    http().get(`/api/pipelines${path}`).set(headers);
  async function untilState(state: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { body } = await get('/adults');
      if (body.state === state) return body;
      await pause(10);
    }
  }
  const written = () =>
    readdirSync(join(folder, 'files', 'out'))
      .filter((name) => name.endsWith('.ndjson'))
      .map((name) => readFileSync(join(folder, 'files', 'out', name), 'utf8'))
      .join('');

  it('are created, started and looked at', async () => {
    const created = await post('', adults).expect(201);
    expect(created.headers).toMatchObject({ location: '/api/pipelines/adults', etag: '"1"' });
    expect(created.body).toMatchObject({ status: 'created', state: 'Configured', run: { phase: 'none' } });
    const started = await post('/adults/start').expect(200);
    expect(started.body.state).toBe('Running');
    expect(await untilState('Completed')).toMatchObject({
      progress: {
        read: 3,
        written: 1,
        filtered: 1,
        deadLettered: 1,
        batches: 1,
        position: { 'in.ndjson': 41 },
      },
    });
    expect(written()).toBe('{"id":2,"age":40}\n');
    const list = await get('?label=team:growth&q=adu&take=1').expect('x-total-count', '1');
    expect(list.body).toHaveLength(1);
    const { body: history } = await get('/adults/history?after=1');
    expect(history.map(({ type }: { type: string }) => type)).toEqual([
      'PipelineStarted',
      'BatchPlanned',
      'BatchProcessed',
      'PipelineCompleted',
    ]);
    await post('/adults/stop').expect(200);
    await http().delete('/api/pipelines/adults').set(ANN).expect(204);
    await get('/adults').expect(404);
  });

  it('are what they were at an earlier version, and after a restart of the process', async () => {
    await post('', adults);
    await http()
      .put('/api/pipelines/adults')
      .set(ANN)
      .set('if-match', '"1"')
      .set('content-type', 'application/yaml')
      .send('pipelineId: adults\nname: Others\nsource: { type: generate, count: 1 }\nsink: { type: log }\n')
      .expect(200);
    expect((await get('/adults?version=1')).body).toMatchObject({ name: 'Adults', version: 1 });
    await app.close();
    await start();
    expect((await get('/adults')).body).toMatchObject({ name: 'Others', version: 2 });
    await http()
      .put('/api/pipelines/adults')
      .set(ANN)
      .set({ 'if-match': '"1"', 'content-type': 'application/json' })
      .send(JSON.stringify(adults))
      .expect(412);
  });

  it('are found in every tenant by an operator of none, by tenant where several have the name', async () => {
    const node = app.get(PipelinesNode);
    const make = (tenant: string) =>
      node.submit(
        { tenant, pipelineId: 'adults' },
        { type: 'create', definition: readDefinition(JSON.stringify(adults)) },
        { by: 'jwt:eve', commandId: null },
      );
    await make('acme');
    await get('/adults').expect(404);
    expect((await get('/adults', as(OPERATOR)).expect(200)).body.tenant).toBe('acme');
    await post('/adults/start', undefined, as(OPERATOR)).expect(200);
    await make('other');
    expect((await get('/adults', as(OPERATOR)).expect(409)).body.detail).toContain('acme%2Fadults');
    expect((await get('/other%2Fadults', as(OPERATOR)).expect(200)).body.tenant).toBe('other');
    await get('/other%2Fadults').expect(404);
  });

  it('process a dead letter again when it is corrected: it is written once, and gone', async () => {
    await post('', adults);
    await post('/adults/start');
    await untilState('Completed');
    const { body: letters } = await get('/adults/dead-letters').expect('x-total-count', '1');
    expect(letters).toMatchObject([{ step: 'source', record: 'nope', offset: 36 }]);
    const [{ letterId }] = letters;
    await post(`/adults/dead-letters/${letterId}/replay`, { record: { id: 3, age: 50 } }).expect(202);
    await post('/adults/start');
    await untilState('Completed');
    expect(written()).toBe('{"id":2,"age":40}\n{"id":3,"age":50}\n');
    await get('/adults/dead-letters').expect('x-total-count', '0');
    await post('/adults/dead-letters/none/replay').expect(404);
  });

  it('deletes a running pipeline only when force says yes, and refuses a flag that says neither', async () => {
    const endless = {
      ...adults,
      source: { type: 'generate', perSecond: 1 },
      transforms: [],
      sink: { type: 'log' },
    };
    await http().post('/api/pipelines').set(ANN).send(endless).expect(201);
    await http().post('/api/pipelines/adults/start').set(ANN).expect(200);
    for (const no of ['0', 'false'])
      await http().delete(`/api/pipelines/adults?force=${no}`).set(ANN).expect(409);
    await http().delete('/api/pipelines/adults?force=maybe').set(ANN).expect(400);
    await http().get('/api/pipelines/adults/history?batches=maybe').set(ANN).expect(400);
    await http().delete('/api/pipelines/adults?force=true').set(ANN).expect(204);
  });

  it('keep the position, change it only while they do not run, and begin again', async () => {
    await post('', { ...adults, source: { type: 'generate', perSecond: 10 } });
    await post('/adults/start');
    const patch = (position: object) =>
      http()
        .patch('/api/pipelines/adults/checkpoint')
        .set({ ...ANN, 'content-type': 'application/json' })
        .send(JSON.stringify({ position }));
    await patch({}).expect(409);
    await http().delete('/api/pipelines/adults').set(ANN).expect(409);
    await post('/adults/pause').expect(200);
    await patch({ generate: 7 }).expect(200);
    expect((await get('/adults/checkpoint')).body).toMatchObject({
      position: { generate: 7 },
      generation: 2,
    });
    await post('/adults/resume').expect(200);
    await http().delete('/api/pipelines/adults?force').set(ANN).expect(204);
  });

  it('say what is wrong in a definition, and where', async () => {
    const { body } = await post('', { ...adults, name: undefined }).expect(400);
    expect(body.errors).toEqual([{ pointer: '', detail: '"name" is missing', line: 1, column: 1 }]);
    await post('', { ...adults, transforms: [{ type: 'filter', condition: 'age >' }] }).expect(422);
    const later = await post('', { ...adults, source: { type: 'rest' } }).expect(422);
    expect(later.body.type).toBe('urn:spark:problem:not-available');
    await post('', { ...adults, description: 'x'.repeat(70_000) }).expect(413);
    expect((await post('/validate', adults).expect(200)).body).toMatchObject({ valid: true, warnings: [] });
    const checkedLater = await post('/validate', { ...adults, source: { type: 'rest' } }).expect(422);
    expect(checkedLater.body.type).toBe('urn:spark:problem:not-available');
    const wrong = await post('/validate', { ...adults, source: { type: 'rest' }, sink: {} }).expect(422);
    expect(wrong.body.type).toBe('urn:spark:problem:definition-refused');
    for (const path of ['/adults/lineage?partition=0&offset=7', '/adults/tap?step=1&every=10'])
      await get(path).expect(404);
    await get('/adults/history?before=7').expect(400);
    await get('/adults/dead-letters?take=1e1').expect(400);
    await post('/adults/checkpoint').expect(405).expect('allow', 'GET, HEAD, PATCH, DELETE');
    expect((await http().get('/api/asyncapi.json').expect(200)).body.asyncapi).toBe('3.0.0');
    await post('/adults/explode').expect(404);
    const unknown = http()
      .put('/api/pipelines/adults')
      .set({ ...ANN, 'if-match': '"1"', 'content-type': 'application/json' });
    await unknown.send(JSON.stringify(adults)).expect(412);
  });

  it('are previewed step by step, and nothing is written', async () => {
    const { body } = await post('/preview', { definition: adults, limit: 2 }).expect(200);
    expect(body.records).toMatchObject([
      { input: { id: 1 }, steps: [{ step: 'transforms/0', outcome: 'filtered' }], output: null },
      { input: { id: 2 }, output: { id: 2, age: 40 } },
    ]);
    expect(readdirSync(join(folder, 'files'))).toEqual(['in.ndjson']);
    const missing = await post('/preview', {}).expect(400);
    expect(missing.body.errors).toEqual([{ pointer: '/definition', detail: 'is missing' }]);
  });

  it('are refused in another charset than UTF-8', async () => {
    const typed = { ...ANN, 'content-type': 'application/json; charset=utf-16' };
    const { body } = await http().post('/api/pipelines').set(typed).send(JSON.stringify(adults)).expect(415);
    expect(body.detail).toBe('The body must be application/json or application/yaml in UTF-8.');
  });

  it.each(['/preview', '/adults/start', '/adults/restart'])(
    'are refused with a body that is not a JSON object, each in the same words: POST /api/pipelines%s',
    async (path) => {
      await post('', adults);
      const send = (text: string) =>
        http()
          .post(`/api/pipelines${path}`)
          .set({ ...ANN, 'content-type': 'application/json' })
          .send(text)
          .expect(400);
      for (const text of ['[]', '5', '"x"', 'null'])
        expect((await send(text)).body.detail).toBe('The body must be a JSON object.');
      expect((await send('{')).body.detail).toMatch(
        /^The body is not JSON: .* at position 1 \(line 1 column 2\)\.$/,
      );
    },
  );

  it('show nothing without a token, and nothing that leaves the files folder', async () => {
    await http().get('/api/pipelines').expect(401);
    await post('', { ...adults, source: { type: 'file', path: '../pipelines.db' } }).expect(422);
    await post('', { ...adults, source: { type: 'file', path: '/etc/passwd' } }).expect(422);
    for (const path of ['a.db-wal', '.spark-pipeline', 'x/.spark-pipeline/a.db'])
      await post('', { ...adults, sink: { type: 'sqlite', path, table: 't' } }).expect(422);
    await post('/preview', { definition: { ...adults, source: { type: 'file', path: 'a/../../x' } } }).expect(
      422,
    );
  });

  it('are changed by those who made them and by operators, and by nobody else', async () => {
    await post('', adults);
    await get('/adults', as(TOKENS.bob)).expect(200);
    await post('/adults/start', undefined, as(TOKENS.bob)).expect(403);
    await post('/adults/start', undefined, as(OPERATOR)).expect(200);
    await http().post('/api/projections/status/rebuild').set(ANN).expect(403);
    await http().post('/api/projections/status/rebuild').set(as(OPERATOR)).expect(202);
    expect((await get('/adults')).body.pipelineId).toBe('adults');
  });

  it('are counted in the metrics', async () => {
    await post('', adults);
    await post('/adults/start');
    await untilState('Completed');
    const { text } = await http().get('/metrics');
    expect(text).toContain('spark_pipeline_records_read_total{pipeline="adults"} 3');
    expect(text).toContain('spark_pipeline_state{pipeline="adults",state="Completed"} 1');
    expect(text).toContain('spark_shards_owned 256');
    expect(text).toContain('spark_pipeline_dead_letters{pipeline="adults"} 1');
  });

  it('have an operator token that is made once in development, for its owner only, and required in production', async () => {
    const environment = { SPARK_PIPELINES_DIR: join(folder, 'token') };
    const { operatorToken } = await pipelinesAuthOptions(environment);
    expect(operatorToken).toMatch(/^[0-9a-f]{64}$/);
    expect(await pipelinesAuthOptions(environment)).toEqual({ operatorToken });
    expect(statSync(join(folder, 'token', 'operator-token')).mode & 0o777).toBe(0o600);
    await expect(pipelinesAuthOptions({ ...environment, NODE_ENV: 'production' })).rejects.toThrow(
      'SPARK_OPERATOR_TOKEN',
    );
  });
});
