import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { engineOnNats, type JobsPlace, removeJobs } from '../../support/jobs/engine-on-nats.ts';

const HANDLER = {
  name: 'spec',
  transformation: { kind: 'handler', handler: 'spec' },
  input: { value: 1 },
} as const;
const ALL = { kind: 'application', subject: 'spec', tenant: null, all: true } as const;
const scriptJob = (script: string) => ({
  name: 'spec',
  transformation: { kind: 'script' as const, collection: 'Orders', script },
  input: { documents: [{ id: 'orders/1', document: { Total: 1 } }] },
});

describeWithServers(['nats'], 'Jobs that are kept in JetStream', () => {
  let place: JobsPlace;
  let engine: ReturnType<typeof engineOnNats>;

  beforeEach(() => {
    const id = randomBytes(5).toString('hex');
    place = { natsUrl: testServers().natsUrl, stream: `JOBS_${id}`, root: `spec-jobs-${id}` };
    engine = engineOnNats(place, { run: () => 'done' }, 'all');
  });
  afterEach(async () => {
    await removeJobs(engine.connection, place);
    await engine.stop();
  });

  const eventsOf = async (jobId: string, after: number): Promise<string[]> => {
    const stop = new AbortController();
    const types: string[] = [];
    for await (const { type } of engine.jobs.events({ jobId, after }, stop.signal)) {
      types.push(type);
      if (type === 'job.succeeded') stop.abort();
    }
    return types;
  };

  it('are told to late readers whole, even when the job was brief', async () => {
    for (const submission of [HANDLER, scriptJob('loadToOrders({ Total: this.Total });')]) {
      const { jobId } = await engine.jobs.submit(submission);
      const job = await engine.jobs.get(jobId, undefined, 30_000);
      expect(job.transitions.map(({ status }) => status)).toEqual(['Queued', 'Running', 'Succeeded']);
      expect(await eventsOf(jobId, 0)).toEqual(['job.queued', 'job.running', 'job.succeeded']);
    }
  });

  it('end whatever their runs add to a record that is as large as it may be', async () => {
    await engine.stop();
    const message = 'no '.repeat(400_000);
    engine = engineOnNats(place, { run: () => Promise.reject(new Error(message)) }, 'all');
    const retry = { attempts: 3, delaysSeconds: [0] };
    const metadata = { note: 'x'.repeat(523_000) };
    const { jobId } = await engine.jobs.submit({ ...HANDLER, metadata, retry });
    const job = await engine.jobs.get(jobId, undefined, 30_000);
    expect(job).toMatchObject({ status: 'Failed', attempt: 3, metadata, cause: { code: 'thrown' } });
    const more = { note: 'x'.repeat(525_000) };
    await expect(engine.jobs.submit({ ...HANDLER, metadata: more })).rejects.toMatchObject({ status: 413 });
  });

  it('keep the numbers of their metadata as they were written, also when they are submitted again', async () => {
    const metadata = '{"id":9007199254740993,"price":[1.0,-0]}';
    const text = JSON.stringify({ ...HANDLER, metadata: 0 }).replace(
      '"metadata":0',
      `"metadata":${metadata}`,
    );
    const { job: submitted } = await engine.jobs.submitText(text, ALL);
    const ended = await engine.jobs.get(submitted.jobId, undefined, 30_000);
    const again = await engine.jobs.retry(submitted.jobId);
    for (const job of [ended, again, await engine.jobs.get(again.jobId)])
      expect(JSON.stringify(job.metadata)).toBe(metadata);
  });

  it('are cancelled with their thread as the proof when they are not brief', async () => {
    const { jobId } = await engine.jobs.submit(scriptJob('for (;;) {} loadToOrders({});'));
    const stop = new AbortController();
    for await (const { type } of engine.jobs.events({ jobId, after: 0 }, stop.signal))
      if (type === 'job.running') stop.abort();
    await engine.jobs.cancel(jobId);
    const job = await engine.jobs.get(jobId, undefined, 30_000);
    expect(job).toMatchObject({ status: 'Cancelled', cancel: { proof: { source: 'thread' } } });
  });

  it('stay ended under their key, and come in whole batches however many followed', async () => {
    const keyed = { ...HANDLER, idempotencyKey: 'once' };
    const first = await engine.jobs.submit(keyed);
    const ended = await engine.jobs.get(first.jobId, undefined, 30_000);
    expect(await engine.jobs.submit(keyed)).toMatchObject({
      jobId: first.jobId,
      status: 'Succeeded',
      revision: ended.revision,
    });
    await engine.jobs.submitBatch({ batchId: 'b', jobs: [HANDLER, HANDLER, HANDLER] });
    const followers = await engine.jobs.submitBatch({
      batchId: 'more',
      jobs: Array.from({ length: 300 }, () => HANDLER),
    });
    for (const { jobId } of followers.jobs) await engine.jobs.get(jobId, undefined, 30_000);
    expect(await engine.jobs.batch('b')).toMatchObject({ total: 3, counts: { Succeeded: 3 }, done: true });
    const { items } = await engine.jobs.list({ take: 301 });
    expect(items).toHaveLength(301);
  });

  it('refuse an input that cannot be used, and keep nothing of it', async () => {
    const lines = (async function* () {
      yield Buffer.from('{"id":"a","document":{}}\n[1]\n');
    })();
    await expect(engine.jobs.keepInput(lines)).rejects.toThrow(/Line 2/);
  });
});
