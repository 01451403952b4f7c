import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { JobsEngine } from '../module/jobs-engine.ts';
import { resolveJobsSettings, type SparkJobsOptions } from '../settings/settings.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { jobIdFor } from '../submit/new-job.ts';
import { APPLICATION } from './access.ts';
import type { JobView } from './view.ts';

const JOB = { name: 'spec', transformation: { kind: 'handler' as const, handler: 'spec' } };

let engine: JobsEngine;
afterEach(() => engine.stop());

/** @param retentionMs 0: a job that has ended is gone */
function start(retentionMs = 60_000, quotas: SparkJobsOptions['quotas'] = {}) {
  const settings = resolveJobsSettings({ store: 'memory', quotas }, {});
  const store = new MemoryJobStore({ limits: {}, retentionMs });
  engine = new JobsEngine(settings, store, new Registry());
  engine.handlers.add({ name: 'spec', version: 1 }, { run: () => 1 });
  return engine.service;
}

describe('A key', () => {
  it.each(['the job', 'the batch'])(
    'that a job and a batch use at the same moment creates one of them (%s first)',
    async (first) => {
      const service = start();
      const submit = [
        () => service.submitText(JSON.stringify(JOB), APPLICATION, 'once'),
        () => service.submitBatchText(JSON.stringify({ jobs: [JOB, JOB] }), APPLICATION, 'once'),
      ];
      if (first === 'the batch') submit.reverse();
      const settled = await Promise.allSettled(submit.map((one) => one()));
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(refused).toMatchObject([{ kind: 'idempotencyKeyInUse' }]);
      const { items } = await service.list({ take: 10 });
      const batches = new Set(items.map(({ batchId }) => batchId));
      expect([batches.size, items.length]).toEqual([1, batches.has(null) ? 1 : 2]);
    },
  );
});

describe('A batch', () => {
  it('with a key is found by the id that it was given, and repeated with that id', async () => {
    const service = start();
    const text = (batchId?: string): string => JSON.stringify({ batchId, jobs: [JOB, JOB] });
    const made = await service.submitBatchText(text(), APPLICATION, 'once');
    expect((await service.batch(made.batchId)).total).toBe(2);
    const again = await service.submitBatchText(text(made.batchId), APPLICATION);
    expect(again).toEqual({ ...made, replayed: true });
  });

  it.each([1, 2])(
    'of %d that an earlier version created with a key is repeated with that key, without creating a job',
    async (size) => {
      const service = start();
      const jobs = Array.from({ length: size }, () => JOB);
      // Each of its jobs had its own id, like those of a batch that has its own id.
      const batchId = jobIdFor(APPLICATION, 'once');
      const made = await service.submitBatchText(JSON.stringify({ batchId, jobs }), APPLICATION);
      const again = await service.submitBatchText(JSON.stringify({ jobs }), APPLICATION, 'once');
      expect(again).toEqual({ ...made, replayed: true });
      const other = service.submitText(JSON.stringify(JOB), APPLICATION, 'once');
      await expect(other).rejects.toMatchObject({ kind: 'idempotencyKeyInUse' });
    },
  );

  it('that has lost some of its jobs says so when it is repeated', async () => {
    const service = start(0);
    const batch = { batchId: 'own', jobs: [JOB, JOB, JOB] };
    const { jobs } = await service.submitBatch(batch);
    await service.cancel(jobs[1]?.jobId ?? '');
    await expect(service.submitBatch(batch)).rejects.toMatchObject({
      kind: 'idempotencyKeyInUse',
      message: expect.stringContaining('1 of the 3 jobs of this batch are no longer kept'),
    });
  });

  it('counts as a different one when it has more jobs or fewer, even if some are gone', async () => {
    const service = start(0);
    const { jobs } = await service.submitBatch({ batchId: 'own', jobs: [JOB, JOB, JOB] });
    await service.cancel(jobs[0]?.jobId ?? '');
    for (const size of [2, 4]) {
      const other = service.submitBatch({ batchId: 'own', jobs: Array.from({ length: size }, () => JOB) });
      await expect(other).rejects.toThrow('was used for other jobs');
    }
  });
});

describe('A submitter cannot exceed', () => {
  it('the number of jobs that have not ended by submitting jobs that wait for their time, alone or in a batch', async () => {
    const service = start(60_000, { queued: 2 });
    const later = { ...JOB, runAt: new Date(Date.now() + 3_600_000).toISOString() };
    const { jobId } = await service.submit(later);
    await expect(service.submitBatch({ jobs: [later, later] })).rejects.toMatchObject({ status: 429 });
    await service.submit(later);
    await expect(service.submit(later)).rejects.toMatchObject({ status: 429 });
    await service.cancel(jobId);
    await service.submit(later);
  });

  it('the size of its kept inputs by inputs that come with jobs, and nothing of a refused batch is kept', async () => {
    const service = start(60_000, { inputBytes: 250_000 });
    const large = { ...JOB, input: { value: 'x'.repeat(100_000) } };
    await service.submit(large);
    await expect(service.submitBatch({ jobs: [large, large] })).rejects.toMatchObject({ status: 429 });
    await service.submit(large);
    await expect(service.submit(large)).rejects.toMatchObject({ status: 429 });
    await service.submit(JOB);
  });
});

it('A number that a handler here cannot get as it was sent is refused before the job is stored', async () => {
  const service = start();
  const submit = (input: string) =>
    service.submitText(
      `{"name":"a","transformation":${JSON.stringify(JOB.transformation)},"input":${input}}`,
      APPLICATION,
    );
  for (const input of ['{"value":[1e400]}', '{"documents":[{"id":"a","document":{"Id":9007199254740993}}]}'])
    await expect(submit(input)).rejects.toMatchObject({ status: 422, errors: [{ pointer: '/input' }] });
  await submit('{"value":[1.0,-0,"9007199254740993"]}');
});

it('A cached result is not that of another job, which by now has the id of the expired one', async () => {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  engine = new JobsEngine(resolveJobsSettings({ store: 'memory' }, {}), store, new Registry());
  engine.handlers.add({ name: 'echo', version: 1, deterministic: true }, { run: (value) => value });
  engine.start();
  const { service } = engine;
  const ended = async (value: number): Promise<JobView> => {
    const transformation = { kind: 'handler' as const, handler: 'echo' };
    const { jobId } = await service.submit({ name: 'echo', transformation, input: { value } });
    return service.get(jobId, undefined, 30_000);
  };
  const [, other] = [await ended(1), await ended(2)];
  expect((await ended(1)).result?.cached).toBe(true);
  jest.spyOn(store, 'recall').mockResolvedValue(other.jobId);
  const { jobId, result } = await ended(1);
  expect([result?.cached, await service.value(jobId)]).toEqual([false, 1]);
});
