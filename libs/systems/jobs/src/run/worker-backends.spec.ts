import { beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { RunHistory } from '../choose/run-history.ts';
import { MemoryBackend } from '../backends/memory-backend.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { JobBackend } from '../job/backend.ts';
import { JobHandlers } from '../job/handler.ts';
import type { Job } from '../job/job.ts';
import { readJob } from '../job/read-job.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { BackendGuards } from './backend-guards.ts';
import { claim } from './claim.ts';
import type { RunnerParts } from './parts.ts';
import { WorkerBackends } from './worker-backends.ts';
import { offersOf } from './worker-offers.ts';

/** A backend of handlers in this process. */
const withHandlers = (...names: string[]): JobBackend => {
  const accepts = ({ handler = '' }: { handler?: string }) => names.includes(handler);
  return { ...backendOf('memory'), handlers: () => names, accepts } as JobBackend;
};

const backendOf = (name: string, kinds: string[] = ['handler'], onRequest = false): JobBackend =>
  ({
    name,
    capabilities: { kinds, onRequest },
    health: async () => ({ available: true, reason: null }),
  }) as unknown as JobBackend;

describe('A queued job that no backend of a worker takes', () => {
  let store: MemoryJobStore;
  let log: MemoryLogger;

  const workerWith = (...backends: JobBackend[]) => {
    const workers = new WorkerBackends(backends, store, log);
    const observer = { moved: () => undefined, fenced: () => undefined, adopted: () => undefined };
    const guards = new BackendGuards(log, () => undefined);
    const parts = { store, backends, guards, history: new RunHistory(), observer, owner: 'me', workers };
    return { workers, take: () => claim({ jobId: 'a' }, parts as unknown as RunnerParts) };
  };
  const storeJob = (job: Partial<Job>) => store.add([specJob('a', job)]);
  const storedJob = async () => {
    const { job } = (await store.get('a')) ?? {};
    expect(readJob(JSON.stringify(job), 'a')).not.toBeNull();
    return job;
  };
  /** Five minutes, in each of which every one of these workers looks once, in turn. */
  const fiveMinutes = async (...workers: WorkerBackends[]) => {
    for (let minute = 0; minute < 5; minute++) for (const worker of workers) await worker.look();
  };

  beforeEach(() => {
    store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
    log = new MemoryLogger();
  });

  it('fails when no worker has had its backend for five minutes, and says what to do', async () => {
    await storeJob({ backendRequested: 'gpu' });
    await workerWith(backendOf('gpu')).workers.look();
    const { take, workers } = workerWith(backendOf('memory'));
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    expect(await take()).toBe('later');
    await workers.look();
    expect(await take()).toBe('nothing');
    expect(await storedJob()).toMatchObject({
      status: 'Failed',
      attempts: [],
      cause: {
        class: 'backend',
        code: 'backend-removed',
        message:
          'It was not started: no worker has had the requested backend gpu in its settings for 5 minutes. Restore gpu in the settings and retry the job, or submit it for another backend.',
      },
    });
  });

  it('fails likewise where no worker has a backend for its kind any more', async () => {
    await storeJob({ transformation: { kind: 'sql', sql: 'SELECT 1', args: {} } });
    await workerWith(backendOf('spark', ['script', 'sql'])).workers.look();
    const { take, workers } = workerWith(backendOf('memory'), backendOf('named', ['sql'], true));
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    await workers.look();
    expect(await take()).toBe('nothing');
    expect((await storedJob())?.cause).toMatchObject({
      code: 'backend-removed',
      message: expect.stringMatching(
        /a backend for jobs of kind sql in its settings for 5 minutes\. Restore one/,
      ),
    });
  });

  it('waits for a worker that has its backend, however long that one is busy', async () => {
    await storeJob({ backendRequested: 'gpu' });
    const busy = workerWith(backendOf('gpu'));
    const { take, workers } = workerWith(backendOf('memory'));
    for (let times = 0; times < 4; times++) {
      expect(await take()).toBe('later');
      await fiveMinutes(busy.workers, workers);
    }
    expect((await storedJob())?.status).toBe('Queued');
  });

  it('waits again from the moment a worker has its backend again, however long none had it before', async () => {
    await storeJob({ backendRequested: 'gpu' });
    const gpu = backendOf('gpu');
    await workerWith(gpu).workers.look();
    const { take, workers } = workerWith(backendOf('memory'));
    expect(await take()).toBe('later');
    await fiveMinutes(workers, workers);
    await workerWith(gpu).workers.look();
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    expect(await take()).toBe('nothing');
  });

  it('waits while its backend is away, which its worker still has in its settings', async () => {
    await storeJob({ backendRequested: 'gpu' });
    const gpu = backendOf('gpu');
    gpu.health = async () => ({ available: false, reason: 'it is away' });
    const { take, workers } = workerWith(gpu);
    await fiveMinutes(workers, workers);
    expect(await take()).toBe('later');
  });

  it('waits for a backend that no worker has ever announced', async () => {
    await storeJob({ backendRequested: 'gpu' });
    const { take, workers } = workerWith(backendOf('memory'));
    expect(await take()).toBe('later');
    await fiveMinutes(workers, workers);
    expect(await take()).toBe('later');
  });

  it('waits five minutes more after the store was away, when nobody could announce anything', async () => {
    await storeJob({ backendRequested: 'gpu' });
    await workerWith(backendOf('gpu')).workers.look();
    const { take, workers } = workerWith(backendOf('memory'));
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    const { recall } = store;
    store.recall = () => Promise.reject(new UnavailableError('the store is away'));
    await expect(workers.look()).rejects.toThrow('away');
    store.recall = recall;
    await workers.look();
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    await workers.look();
    expect(await take()).toBe('nothing');
  });

  const COUNT = { kind: 'handler', handler: 'count' } as const;

  it('fails when no worker has had its handler for five minutes, though all have the backend, and says what to do', async () => {
    await storeJob({ transformation: COUNT });
    await workerWith(withHandlers('sum', 'count')).workers.look();
    const { take, workers } = workerWith(withHandlers('sum'));
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    expect(await take()).toBe('later');
    await workers.look();
    expect(await take()).toBe('nothing');
    expect(await storedJob()).toMatchObject({
      status: 'Failed',
      attempts: [],
      cause: {
        class: 'backend',
        code: 'handler-removed',
        message:
          "It was not started: no worker has had the handler count for 5 minutes. Restore the class with @TransformationJob({ name: 'count' }) and retry the job.",
      },
    });
  });

  it('fails likewise when it asks for the backend by its name', async () => {
    await storeJob({ transformation: COUNT, backendRequested: 'memory' });
    await workerWith(withHandlers('count')).workers.look();
    const { take, workers } = workerWith(withHandlers(), backendOf('gpu'));
    expect(await take()).toBe('later');
    await fiveMinutes(workers, workers);
    expect(await take()).toBe('nothing');
    expect((await storedJob())?.cause?.code).toBe('handler-removed');
  });

  it('waits for a worker that has its handler, however long that one is busy', async () => {
    await storeJob({ transformation: COUNT });
    const busy = workerWith(withHandlers('count'));
    const { take, workers } = workerWith(withHandlers('sum'));
    for (let times = 0; times < 4; times++) {
      expect(await take()).toBe('later');
      await fiveMinutes(busy.workers, workers);
    }
    expect((await storedJob())?.status).toBe('Queued');
  });

  it('waits for a backend that may have any handler', async () => {
    await storeJob({ transformation: COUNT });
    await workerWith(withHandlers('count')).workers.look();
    const busy = workerWith(backendOf('gpu'));
    const { take, workers } = workerWith(withHandlers());
    expect(await take()).toBe('later');
    await fiveMinutes(busy.workers, workers, workers);
    expect(await take()).toBe('later');
    await fiveMinutes(workers, workers);
    expect(await take()).toBe('nothing');
  });

  it('is announced by the backend that executes handlers in this process', async () => {
    const handlers = new JobHandlers();
    handlers.add({ name: 'count', version: 1 }, { run: () => 1 });
    const memory = new MemoryBackend(handlers);
    expect(offersOf(memory)).toEqual(['backend memory', 'kind script', 'kind handler', 'handler count']);
    await expect(workerWith(memory).workers.look()).resolves.toBeUndefined();
    await memory.close();
  });

  it('waits for a handler that no worker has ever announced, and one that a worker has just got again', async () => {
    await storeJob({ transformation: COUNT });
    const { take, workers } = workerWith(withHandlers());
    expect(await take()).toBe('later');
    await fiveMinutes(workers, workers);
    expect(await take()).toBe('later');
    await workerWith(withHandlers('count')).workers.look();
    await fiveMinutes(workers, workers);
    await workerWith(withHandlers('count')).workers.look();
    expect(await take()).toBe('later');
  });

  it('waits five minutes more for its handler after the store was away', async () => {
    await storeJob({ transformation: COUNT });
    await workerWith(withHandlers('count')).workers.look();
    const { take, workers } = workerWith(withHandlers());
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    const { recall } = store;
    store.recall = () => Promise.reject(new UnavailableError('the store is away'));
    await expect(workers.look()).rejects.toThrow('away');
    store.recall = recall;
    await workers.look();
    expect(await take()).toBe('later');
    await fiveMinutes(workers);
    await workers.look();
    expect(await take()).toBe('nothing');
  });
});
