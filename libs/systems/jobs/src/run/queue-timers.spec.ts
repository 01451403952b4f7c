import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { RunHistory } from '../choose/run-history.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { JobBackend } from '../job/backend.ts';
import type { Job } from '../job/job.ts';
import { moved } from '../job/move.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { BackendGuards } from './backend-guards.ts';
import { QueueTimers } from './queue-timers.ts';

const OPTIONS = { ...specJob('a').options, queueTimeoutMs: 1_000 };

/** A process without a worker, in which a job was submitted. */
async function start(changes: Partial<Job> = {}) {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  const log = new MemoryLogger();
  const backend = {
    name: 'here',
    capabilities: { kinds: ['handler'], idempotentStart: true, local: true },
    health: async () => ({ available: true, reason: null }),
  } as unknown as JobBackend;
  const timeouts = new QueueTimers({
    store,
    backends: [backend],
    guards: new BackendGuards(log, () => undefined),
    history: new RunHistory(),
    memoryBytes: 0,
    observer: {
      moved: (_, after) => timeouts.moved(after),
      fenced: () => undefined,
      adopted: () => undefined,
    },
    owner: 'spec',
    log,
  });
  const job = specJob('a', { options: OPTIONS, ...changes });
  await store.add([job]);
  timeouts.moved(job);
  const now = async () => (await store.get('a'))?.job;
  return { store, timeouts, now };
}

describe('A job that may not wait for long', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  it('is timed out although no worker has time for it', async () => {
    const { now } = await start();
    await jest.advanceTimersByTimeAsync(900);
    expect((await now())?.status).toBe('Queued');
    await jest.advanceTimersByTimeAsync(300);
    expect(await now()).toMatchObject({
      status: 'TimedOut',
      cause: { class: 'timeout', code: 'queue-timeout', message: 'No worker took it within 1000 ms' },
    });
  });

  it('runs on when a worker has taken it', async () => {
    const { store, now } = await start();
    const stored = await store.get('a');
    if (stored) await store.replace(moved(stored.job, 'Running', 'worker'), stored.revision);
    await jest.advanceTimersByTimeAsync(10_000);
    expect((await now())?.status).toBe('Running');
  });

  it('begins to wait when its time has come', async () => {
    const dueAt = new Date(Date.now() + 60_000).toISOString();
    const { now } = await start({ status: 'Submitted', dueAt });
    await jest.advanceTimersByTimeAsync(60_500);
    expect((await now())?.status).toBe('Queued');
    await jest.advanceTimersByTimeAsync(1_000);
    expect((await now())?.status).toBe('TimedOut');
  });

  it('is looked at again when the store did not answer', async () => {
    const { store, now } = await start();
    const get = jest.spyOn(store, 'get').mockRejectedValueOnce(new Error('NATS is away'));
    await jest.advanceTimersByTimeAsync(1_200);
    expect(get).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(6_000);
    expect((await now())?.status).toBe('TimedOut');
  });

  it('is left alone when the process ends', async () => {
    const { timeouts, now } = await start();
    timeouts.close();
    await jest.advanceTimersByTimeAsync(10_000);
    expect((await now())?.status).toBe('Queued');
  });
});
