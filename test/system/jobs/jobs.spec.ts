import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { handlerJob, JobsApp, OPERATOR, scriptJob } from './jobs-app.ts';

const TOTAL = 'loadToOrders({ Total: this.Total });';
const ORDERS = [
  { id: 'orders/1', document: { Total: 12, Note: 'a\tb\u2028c' } },
  { id: 'orders/2', document: { Total: 30 } },
];
const operator = { authorization: `Bearer ${OPERATOR}` };

let jobs: JobsApp;
beforeAll(async () => {
  jobs = await JobsApp.start();
});
afterAll(() => jobs.stop());

describe('A job', () => {
  it('is accepted, runs, and gives its result in the order of the input', async () => {
    const submitted = await jobs.submit(scriptJob(TOTAL, ORDERS));
    expect(submitted.status).toBe(202);
    expect(submitted.headers.get('location')).toBe(`/api/jobs/${submitted.body.jobId}`);
    const job = await jobs.ended(submitted.body.jobId);
    expect(job).toMatchObject({
      status: 'Succeeded',
      backend: 'memory',
      backendReason: { rule: 'only' },
      submittedBy: 'anonymous',
      progress: { done: 2, total: 2 },
      result: { documents: 2, failed: 0, cached: false },
    });
    expect(job.transitions.map(({ status }) => status)).toEqual(['Queued', 'Running', 'Succeeded']);
    const result = await jobs.ask('GET', `/api/jobs/${job.jobId}/result`);
    expect(result.headers.get('content-type')).toBe('application/x-ndjson');
    expect(result.text).toBe(
      '{"id":"orders/1","status":"done","commands":[{"type":"put","id":"orders/1","collection":"Orders","fields":{"Total":12}}]}\n' +
        '{"id":"orders/2","status":"done","commands":[{"type":"put","id":"orders/2","collection":"Orders","fields":{"Total":30}}]}\n',
    );
  });

  it('keeps numbers as they are written', async () => {
    const body = JSON.stringify(scriptJob(TOTAL, ORDERS.slice(0, 1))).replace('12', '9007199254740993');
    const { body: job } = await jobs.submit(body.replace('}}]', ',"X":1.10}}]'));
    await jobs.ended(job.jobId);
    expect((await jobs.ask('GET', `/api/jobs/${job.jobId}/result`)).text).toContain(
      '"fields":{"Total":9007199254740993}',
    );
  });

  it('keeps what failed with its reason, or fails as it was asked to', async () => {
    const script = 'if (this.Total > 20) throw new Error("too much"); loadToOrders({ Total: this.Total });';
    const kept = await jobs.run(scriptJob(script, ORDERS));
    expect(kept).toMatchObject({ status: 'Succeeded', result: { documents: 2, failed: 1 } });
    const failed = await jobs.run(scriptJob(script, ORDERS, { onDocumentFailure: 'fail' }));
    expect(failed).toMatchObject({ status: 'Failed', cause: { class: 'user', code: 'thrown', line: 1 } });
    expect(failed.cause?.message).toContain('too much');
    const result = await jobs.ask('GET', `/api/jobs/${failed.jobId}/result`);
    expect([result.status, result.body.type]).toEqual([409, 'urn:spark:problem:job-not-succeeded']);
  });

  it('of a handler takes a value, says how far it is, and gives a value', async () => {
    const job = await jobs.run(handlerJob(3, 1));
    expect(job).toMatchObject({ status: 'Succeeded', progress: { done: 1, total: 1 } });
    const result = await jobs.ask('GET', `/api/jobs/${job.jobId}/result`);
    expect([result.headers.get('content-type'), result.body]).toEqual(['application/json', { counted: 3 }]);
  });

  it('is stored once under its key, and refuses another body under it', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await jobs.submit(handlerJob(1, 1), key);
    const again = await jobs.submit(handlerJob(1, 1), key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.body.jobId).toBe(first.body.jobId);
    const ended = await jobs.ended(first.body.jobId);
    const later = await jobs.submit(handlerJob(1, 1), key);
    expect([later.status, later.body.status]).toEqual([200, 'Succeeded']);
    expect(later.body.revision).toBe(ended.revision);
    const other = await jobs.submit(handlerJob(2, 1), key);
    expect([other.status, other.body.type]).toEqual([409, 'urn:spark:problem:idempotency-key-in-use']);
  });

  it('is not run again when an equal one has succeeded, unless it is asked to', async () => {
    const body = scriptJob(TOTAL, [{ id: 'orders/7', document: { Total: 7 } }]);
    const first = await jobs.run(body);
    const second = await jobs.submit(body);
    expect(second.body).toMatchObject({
      status: 'Succeeded',
      result: { cached: true, fromJobId: first.jobId, sha256: first.result?.sha256 },
    });
    expect(await jobs.run({ ...body, cache: 'refresh' })).toMatchObject({ result: { cached: false } });
  });

  it('runs at its time, and again after a failure by its schedule', async () => {
    const runAt = new Date(Date.now() + 300).toISOString();
    const waiting = await jobs.submit(handlerJob(1, 1, { runAt }));
    expect(waiting.body.status).toBe('Submitted');
    const job = await jobs.ended(waiting.body.jobId);
    expect(job.status).toBe('Succeeded');
    expect(Date.parse(job.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(runAt));
    const failing = { ...scriptJob('throw 1; loadToOrders({});', ORDERS), onDocumentFailure: 'fail' };
    const twice = await jobs.run({ ...failing, retry: { attempts: 2, delaysSeconds: [0] } });
    expect(twice).toMatchObject({ status: 'Failed', attempt: 2 });
    expect(twice.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });

  it('ends when its time is over, with its thread', async () => {
    const endless = scriptJob('for (;;) {} loadToOrders({});', ORDERS, { timeoutMs: 100 });
    expect(await jobs.run(endless)).toMatchObject({
      status: 'TimedOut',
      cause: { class: 'timeout', message: expect.stringContaining('thread of the run has ended') },
    });
    expect(await jobs.run(handlerJob(1_000, 100, { timeoutMs: 50 }))).toMatchObject({ status: 'TimedOut' });
  });
});

describe('A submission that cannot be executed', () => {
  it.each([[{ kind: 'sql', sql: 'SELECT 1' }], [{ kind: 'spark-app', resource: 'file:///app.py' }]])(
    'is refused to all but operators when it runs any code on a cluster: %j',
    async (transformation) => {
      const answer = await jobs.submit({ name: 'cluster', transformation });
      expect([answer.status, answer.body.type]).toEqual([403, 'urn:spark:problem:forbidden']);
    },
  );

  it.each([
    [
      'a wrong script',
      scriptJob('loadToOrders({\n  Total: this.Total\n', ORDERS),
      '/transformation/script',
      3,
    ],
    [
      'an unknown handler',
      { ...handlerJob(1, 1), transformation: { kind: 'handler', handler: 'none' } },
      '/transformation/handler',
      undefined,
    ],
    ['an unknown backend', scriptJob(TOTAL, ORDERS, { backend: 'moon' }), '/backend', undefined],
    ['Apache Spark', scriptJob(TOTAL, ORDERS, { backend: 'spark' }), '/backend', undefined],
    [
      'SQL',
      { name: 'x', transformation: { kind: 'sql', sql: 'SELECT 1' } },
      '/transformation/kind',
      undefined,
    ],
  ])('is refused with the place of what is wrong: %s', async (_, body, pointer, line) => {
    const answer = await jobs.submit(body, operator);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.errors[0]?.pointer).toBe(pointer);
    expect(answer.body.errors[0]?.line).toBe(line);
  });

  it.each([
    ['no JSON', '{"name":', 400],
    ['a list', '[]', 400],
    ['an unknown field', { ...handlerJob(1, 1), colour: 'red' }, 400],
    ['a time by weeks', { ...handlerJob(1, 1), runAt: '2026-W10' }, 400],
    ['a time without colons', { ...handlerJob(1, 1), runAt: '20261126' }, 400],
    [
      'a script that is null',
      { ...scriptJob(TOTAL, []), transformation: { kind: 'script', collection: 'Orders', script: null } },
      400,
    ],
    ['a document that is not one', scriptJob(TOTAL, [{ id: 'orders/1', document: 7 }]), 400],
    [
      'a document that is a number that stays as written',
      JSON.stringify(scriptJob(TOTAL, [{ id: 'o/1', document: 7 }])).replace(':7}', ':7.0}'),
      400,
    ],
    ['another input', { ...handlerJob(1, 1), input: { value: 1, documents: [] } }, 400],
    ['a script over a value', { ...scriptJob(TOTAL, []), input: { value: 1 } }, 422],
  ])('is refused at the door: %s', async (_, body, status) => {
    expect((await jobs.submit(body)).status).toBe(status);
  });

  it('is refused in another form than JSON', async () => {
    const answer = await jobs.ask('POST', '/api/jobs', 'name=x', { 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
  });
});

describe('Cancelling', () => {
  it('ends a running script with its thread as the proof, and twice is as good as once', async () => {
    const { body } = await jobs.submit(scriptJob('for (;;) {} loadToOrders({});', ORDERS));
    await jobs.until(body.jobId, 'Running');
    const asked = await jobs.ask('POST', `/api/jobs/${body.jobId}/cancel`, { reason: 'not needed' });
    expect(asked.status).toBe(202);
    expect(await jobs.ended(body.jobId)).toMatchObject({
      status: 'Cancelled',
      cancel: { reason: 'not needed', proof: { source: 'thread' } },
    });
    expect((await jobs.ask('POST', `/api/jobs/${body.jobId}/cancel`)).status).toBe(200);
  });

  it('aborts a handler and waits until it has returned', async () => {
    const { body } = await jobs.submit(handlerJob(10_000, 10));
    await jobs.until(body.jobId, 'Running');
    await jobs.ask('POST', `/api/jobs/${body.jobId}/cancel`);
    expect(await jobs.ended(body.jobId)).toMatchObject({
      status: 'Cancelled',
      cancel: { proof: { source: 'handler' } },
    });
  });

  it('of a job that waits is done at once, and of one that has ended is refused', async () => {
    const runAt = new Date(Date.now() + 60_000).toISOString();
    const { body } = await jobs.submit(handlerJob(1, 1, { runAt }));
    const asked = await jobs.ask('POST', `/api/jobs/${body.jobId}/cancel`);
    expect(asked.body).toMatchObject({ status: 'Cancelled', cancel: { proof: { source: 'queue' } } });
    const done = await jobs.run(handlerJob(1, 1));
    expect((await jobs.ask('POST', `/api/jobs/${done.jobId}/cancel`)).status).toBe(409);
  });
});

describe('Jobs over HTTP', () => {
  it('have an answer for a result that is not there yet, and for a job that is not', async () => {
    const { body } = await jobs.submit(handlerJob(10_000, 10));
    const early = await jobs.ask('GET', `/api/jobs/${body.jobId}/result`);
    expect([early.status, early.body.type, early.headers.get('retry-after')]).toEqual([
      409,
      'urn:spark:problem:job-not-finished',
      '1',
    ]);
    expect((await jobs.ask('POST', `/api/jobs/${body.jobId}/retry`)).status).toBe(409);
    await jobs.ask('POST', `/api/jobs/${body.jobId}/cancel`);
    await jobs.ended(body.jobId);
    const again = await jobs.ask('POST', `/api/jobs/${body.jobId}/retry`);
    expect(again.body).toMatchObject({ retryOf: body.jobId, attempt: 0 });
    await jobs.ask('POST', `/api/jobs/${again.body.jobId}/cancel`);
    expect((await jobs.ask('GET', '/api/jobs/none')).status).toBe(404);
  });

  it('are listed in pages, by label', async () => {
    const labels = ['listed'];
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await jobs.run(handlerJob(1, 1, { labels }))).jobId);
    const first = (await jobs.ask('GET', '/api/jobs?label=listed&take=2')).body;
    const second = (await jobs.ask('GET', `/api/jobs?label=listed&take=2&cursor=${first.cursor}`)).body;
    const found = [...first.items, ...second.items].map(({ jobId }) => jobId);
    expect(found).toEqual(ids.toReversed());
    expect(second.cursor).toBeNull();
    expect((await jobs.ask('GET', '/api/jobs?status=Lost')).status).toBe(400);
  });

  it('come in batches, all or none, and the same batch again is the same', async () => {
    const batch = { batchId: 'b-1', jobs: [handlerJob(1, 1), handlerJob(2, 1)] };
    const wrong = {
      batchId: 'b-0',
      jobs: [handlerJob(1, 1), { ...handlerJob(1, 1), transformation: { kind: 'handler', handler: 'no' } }],
    };
    const refused = await jobs.ask('POST', '/api/jobs/batch', wrong);
    expect([refused.status, refused.body.errors[0]?.pointer]).toEqual([
      422,
      '/jobs/1/transformation/handler',
    ]);
    expect((await jobs.ask('GET', '/api/jobs/batch/b-0')).status).toBe(404);
    const submitted = await jobs.ask('POST', '/api/jobs/batch', batch);
    expect(submitted.status).toBe(202);
    const again = await jobs.ask('POST', '/api/jobs/batch', batch);
    expect([again.status, again.body.jobs.length]).toEqual([200, 2]);
    const ids = submitted.body.jobs.map(({ jobId }) => jobId);
    for (const id of ids) await jobs.ended(id);
    expect((await jobs.ask('GET', '/api/jobs/batch/b-1')).body).toMatchObject({
      total: 2,
      counts: { Succeeded: 2 },
      done: true,
    });
    const statuses = await jobs.ask('POST', '/api/jobs/status', { jobIds: [ids[0], 'none'] });
    expect(statuses.body.jobs).toEqual([
      { jobId: ids[0], status: 'Succeeded' },
      { jobId: 'none', status: null },
    ]);
  });

  it('take inputs of any size first, checked line by line', async () => {
    const lines = Array.from({ length: 3_000 }, (_, n) =>
      JSON.stringify({ id: `orders/${n}`, document: { Total: n, Text: 'x'.repeat(100) } }),
    ).join('\n');
    const stored = await jobs.ask('POST', '/api/jobs/input', lines, {
      'content-type': 'application/x-ndjson',
    });
    expect([stored.status, stored.body.documents]).toEqual([201, 3_000]);
    const job = await jobs.run({ ...scriptJob(TOTAL, []), input: { object: stored.body.object } });
    expect(job).toMatchObject({ status: 'Succeeded', result: { documents: 3_000, failed: 0 } });
    const result = await jobs.ask('GET', `/api/jobs/${job.jobId}/result`);
    expect(
      result.text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(Array.from({ length: 3_000 }, (_, n) => `orders/${n}`));
    const wrong = await jobs.ask('POST', '/api/jobs/input', `${lines}\n[1]`);
    expect([wrong.status, wrong.body.detail]).toEqual([400, expect.stringContaining('Line 3001')]);
    const gone = await jobs.submit({ ...scriptJob(TOTAL, []), input: { object: 'in/nothing' } });
    expect(gone.status).toBe(422);
  });

  it('send events, and those that were missed', async () => {
    const job = await jobs.run(handlerJob(1, 1));
    const read = async (headers: Record<string, string>): Promise<string> => {
      const stop = new AbortController();
      const answer = await fetch(`${jobs.url}/api/jobs/${job.jobId}/events`, {
        headers,
        signal: stop.signal,
      });
      let text = '';
      for await (const part of answer.body ?? []) {
        text += Buffer.from(part).toString();
        if (text.includes('job.succeeded')) break;
      }
      stop.abort();
      return text;
    };
    const all = await read({});
    expect([...all.matchAll(/event: (.*)/g)].map(([, type]) => type)).toEqual([
      'job.queued',
      'job.running',
      'job.succeeded',
    ]);
    const [, second = ''] = [...all.matchAll(/id: (\d+)/g)].map(([, id]) => id);
    const rest = await read({ 'last-event-id': second });
    expect([...rest.matchAll(/event: (.*)/g)].map(([, type]) => type)).toEqual(['job.succeeded']);
    expect((await jobs.ask('GET', '/api/jobs/none/events')).status).toBe(404);
  });

  it('say which backends there are, how healthy they are, and count themselves', async () => {
    expect((await jobs.ask('GET', '/api/backends')).body).toEqual([
      {
        name: 'memory',
        available: true,
        reason: null,
        breaker: 'closed',
        kinds: ['script', 'handler'],
        running: 0,
        queued: 0,
        limit: expect.any(Number),
      },
    ]);
    expect((await jobs.ask('GET', '/health/ready')).status).toBe(200);
    const { text } = await jobs.ask('GET', '/metrics');
    expect(text).toMatch(
      /spark_jobs_finished_total\{backend="memory",kind="handler",status="Succeeded"\} \d/,
    );
    expect(text).toMatch(/spark_jobs_breaker_state\{backend="memory"\} 0/);
    expect(text).toMatch(/spark_jobs_running\{backend="memory"\} 0/);
  });
});

describe('With tokens', () => {
  it('everybody sees their own jobs only, and operators all of them', async () => {
    const closed = await JobsApp.start({ SPARK_JOBS_TOKENS: 'ann:token-of-ann,bob:token-of-bob' });
    try {
      const ann = { authorization: 'Bearer token-of-ann' };
      const bob = { authorization: 'Bearer token-of-bob' };
      expect((await closed.submit(handlerJob(1, 1))).status).toBe(401);
      const { body: job } = await closed.submit(handlerJob(1, 1), ann);
      expect(job.submittedBy).toBe('ann');
      const paths = [
        `/api/jobs/${job.jobId}`,
        `/api/jobs/${job.jobId}/result`,
        `/api/jobs/${job.jobId}/events`,
      ];
      for (const path of paths) expect((await closed.ask('GET', path, undefined, bob)).status).toBe(404);
      expect((await closed.ask('POST', `/api/jobs/${job.jobId}/cancel`, undefined, bob)).status).toBe(404);
      expect((await closed.ask('GET', '/api/jobs', undefined, bob)).body.items).toEqual([]);
      expect((await closed.ask('GET', '/api/jobs', undefined, operator)).body.items).toHaveLength(1);
      const stored = await closed.ask('POST', '/api/jobs/input', '{"id":"a","document":{}}', ann);
      const probe = { ...scriptJob(TOTAL, []), input: { object: stored.body.object } };
      expect((await closed.submit(probe, bob)).status).toBe(422);
      expect((await closed.submit(probe, ann)).status).toBe(202);
    } finally {
      await closed.stop();
    }
  });

  it('nothing starts open in production', async () => {
    await expect(JobsApp.start({ NODE_ENV: 'production' })).rejects.toThrow(/SPARK_API_TOKENS/);
  });

  it('a submitter keeps as many bytes of inputs as it may, and no more', async () => {
    const quotas = {
      SPARK_JOBS_TOKENS: 'ann:token-of-ann,bob:token-of-bob',
      SPARK_JOBS_QUOTAS: 'inputBytes=400',
    };
    const bounded = await JobsApp.start(quotas);
    const send = (token: string, text: string) =>
      bounded.ask('POST', '/api/jobs/input', JSON.stringify({ id: 'a', document: { text } }), {
        authorization: `Bearer ${token}`,
      });
    try {
      expect((await send('token-of-ann', 'x'.repeat(100))).status).toBe(201);
      const refused = await send('token-of-ann', 'x'.repeat(300));
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '600']);
      expect((await send('token-of-bob', 'x'.repeat(300))).status).toBe(201);
    } finally {
      await bounded.stop();
    }
    await expect(JobsApp.start({ SPARK_JOBS_QUOTAS: 'queue=5' })).rejects.toThrow(
      /queued, perSecond, inputBytes/,
    );
  });

  it('a flood is refused with the time to wait', async () => {
    const bounded = await JobsApp.start({ SPARK_JOBS_QUOTAS: 'queued=1', SPARK_JOBS_CONCURRENCY: '1' });
    try {
      await bounded.submit(handlerJob(10_000, 10));
      const answers = [];
      for (let n = 0; n < 3; n++) answers.push(await bounded.submit(handlerJob(10_000, 10)));
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.headers.get('retry-after')).toBe('5');
    } finally {
      await bounded.stop();
    }
  });
});
