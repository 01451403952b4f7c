import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import request from 'supertest';
import { JobsApiModule } from './jobs-api.module.ts';
import { SparkJobsModule } from './spark-jobs.module.ts';

const TOKEN = 'a-token-that-is-long-enough-for-ann';
const JOB = {
  name: 'spec',
  transformation: { kind: 'script', collection: 'Orders', script: 'loadToOrders({ A: 1 });' },
  input: { documents: [{ id: 'o/1', document: { A: 0 } }] },
};

describe.each(['express', 'fastify'])('Jobs over HTTP on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        SparkProblemModule,
        ObservabilityModule.forRoot(),
        SparkAuthModule.forRoot({ tokens: { ann: TOKEN } }),
        SparkJobsModule.forRoot({ store: 'memory' }),
        JobsApiModule,
      ],
    }).compile();
    module.useLogger(false);
    app =
      platform === 'express'
        ? module.createNestApplication({ bodyParser: false })
        : module.createNestApplication(new FastifyAdapter());
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const authorization = `Bearer ${TOKEN}`;
  const get = (path: string) => request(app.getHttpServer()).get(`/api/jobs${path}`).set({ authorization });
  function post(path: string, body: object, headers: Record<string, string> = {}) {
    return postText(path, JSON.stringify(body), headers);
  }
  function postText(path: string, body: string, headers: Record<string, string> = {}) {
    const sent = request(app.getHttpServer()).post(`/api/jobs${path}`);
    return sent.set({ authorization, 'content-type': 'application/json', ...headers }).send(body);
  }
  async function ended(): Promise<string> {
    const { body } = await post('', { ...JOB, cache: 'off' }).expect(202);
    await get(`/${body.jobId}?waitMs=30000`).expect(200);
    return body.jobId;
  }
  const keyed = (key: string) => ({ 'idempotency-key': key });

  it('make one job of a retry that is repeated with its key', async () => {
    const jobId = await ended();
    const retry = (key: string) => post(`/${jobId}/retry`, {}, keyed(key));
    const first = await retry('again').expect(202);
    const second = await retry('again').expect(200).expect('idempotency-replayed', 'true');
    expect([second.body.jobId, second.body.retryOf]).toEqual([first.body.jobId, jobId]);
    expect((await retry('once more').expect(202)).body.jobId).not.toBe(first.body.jobId);
    await retry('k'.repeat(257)).expect(400);
  });

  it('refuse a key of a retry for another job, and for a submission', async () => {
    const [one, other] = [await ended(), await ended()];
    await post(`/${one}/retry`, {}, keyed('taken')).expect(202);
    await post(`/${other}/retry`, {}, keyed('taken')).expect(409);
    await post('', { ...JOB, cache: 'off' }, keyed('taken')).expect(409);
  });

  it('refuse a key of a job for a batch, and one of a batch for a job or a retry', async () => {
    const jobId = await ended();
    await post('', JOB, keyed('of a job')).expect(202);
    await post('/batch', { jobs: [JOB] }, keyed('of a job')).expect(409);
    await post('/batch', { jobs: [JOB] }, keyed('of a batch')).expect(202);
    await post('', JOB, keyed('of a batch')).expect(409);
    await post(`/${jobId}/retry`, {}, keyed('of a batch')).expect(409);
  });

  it('refuse fields where nothing is expected, and take no body for an empty one', async () => {
    const jobId = await ended();
    const { body } = await post(`/${jobId}/retry`, { priority: 9 }).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/priority' }]);
    await request(app.getHttpServer()).post(`/api/jobs/${jobId}/retry`).set({ authorization }).expect(202);
  });

  it('make one batch of one that is repeated with its key, where it has no batchId', async () => {
    const submit = (jobs: object[], batch: object = {}) =>
      post('/batch', { jobs, ...batch }, keyed('batch of Ann'));
    const first = await submit([JOB, JOB]).expect(202);
    const second = await submit([JOB, JOB]).expect(200).expect('idempotency-replayed', 'true');
    const ids = ({ body }: typeof first) => body.jobs.map(({ jobId }: { jobId: string }) => jobId);
    expect([second.body.batchId, ids(second)]).toEqual([first.body.batchId, ids(first)]);
    expect((await get(`/batch/${first.body.batchId}`).expect(200)).body.total).toBe(2);
    await submit([JOB]).expect(409);
    expect((await submit([JOB], { batchId: 'own' }).expect(202)).body.batchId).toBe('own');
  });

  it.each(['', '/input', '/batch', '/status'])(
    'refuse a body that says it is not UTF-8, and say what is read: POST /api/jobs%s',
    async (path) => {
      const typed = { 'content-type': 'application/json; charset=utf-16' };
      const { body } = await post(path, {}, typed).expect(415);
      expect(body.detail).toMatch(/^The body must be .+ in UTF-8\.$/);
    },
  );

  it.each(['', '/batch', '/status', '/none/cancel', '/none/retry'])(
    'refuse a body that is not a JSON object, each in the same words: POST /api/jobs%s',
    async (path) => {
      for (const text of ['[]', '5', '"x"', 'null'])
        expect((await postText(path, text).expect(400)).body.detail).toBe('The body must be a JSON object.');
      const { body } = await postText(path, '{').expect(400);
      expect(body.detail).toMatch(/^The body is not JSON: .* at position 1 \(line 1 column 2\)\.$/);
    },
  );

  it.each([
    ['?stauts=Failed', 'stauts', 'is not known here; expected: status, label, backend, name, take, cursor'],
    ['?take=1e1', 'take', 'has to be a whole number from 1 to 500'],
    ['/events?labels=a', 'labels', 'is not known here; expected: label'],
    ['/none?wait=1', 'wait', 'is not known here; expected: waitMs'],
    ['/none/result?format=json', 'format', 'is not known here; none is expected'],
  ])('refuse a parameter that is not heeded: GET /api/jobs%s', async (query, name, detail) => {
    const { body } = await get(query).expect(400);
    expect(body.errors).toEqual([{ pointer: `/${name}`, detail }]);
  });

  it('say which verbs a path takes, before a credential is asked for', async () => {
    const server = request(app.getHttpServer());
    await server.put('/api/jobs').send({}).expect(405).expect('allow', 'POST, GET, HEAD');
    await server.delete('/api/backends').expect(405).expect('allow', 'GET, HEAD');
    await get('/some-id/cancel').expect(405).expect('allow', 'POST');
  });

  it('answer with the numbers of their metadata as they were written', async () => {
    const metadata = '{"id":9007199254740993,"price":1.0,"zero":-0,"far":1e400}';
    const { body, text } = await request(app.getHttpServer())
      .post('/api/jobs')
      .set({ authorization, 'content-type': 'application/json' })
      .send(JSON.stringify({ ...JOB, metadata: 0 }).replace('"metadata":0', `"metadata":${metadata}`))
      .expect(202);
    const answers = [text, (await get(`/${body.jobId}`)).text, (await get('?take=1')).text];
    for (const answer of answers) expect(answer).toContain(`"metadata":${metadata}`);
  });

  it('have each of their labels once', async () => {
    const { body } = await post('', { ...JOB, labels: ['b', 'a', 'b'] }).expect(202);
    expect(body.labels).toEqual(['b', 'a']);
  });
});
