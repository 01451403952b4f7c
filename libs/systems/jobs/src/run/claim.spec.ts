import { describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { RunHistory } from '../choose/run-history.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { BackendHealth, JobBackend } from '../job/backend.ts';
import type { Job } from '../job/job.ts';
import { moved } from '../job/move.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { BackendGuards } from './backend-guards.ts';
import { claim } from './claim.ts';
import type { RunnerParts } from './parts.ts';

async function start(job: Job, health: BackendHealth = { available: true, reason: null }) {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  await store.add([job]);
  const queued = await store.get(job.jobId);
  if (!queued) throw new Error('it is not there');
  let reads = 0;
  const counted = {
    get: (jobId: string) => {
      reads++;
      return store.get(jobId);
    },
    replace: store.replace.bind(store),
  };
  const backend = {
    name: 'far',
    capabilities: { kinds: ['handler'], idempotentStart: true },
    health: async () => health,
  } as unknown as JobBackend;
  const log = new MemoryLogger();
  const parts = {
    store: counted,
    backends: [backend],
    guards: new BackendGuards(log, () => undefined),
    history: new RunHistory(),
    observer: { moved: () => undefined, fenced: () => undefined, adopted: () => undefined },
    owner: 'spec',
    memoryBytes: 0,
    log,
  } as unknown as RunnerParts;
  return { store, queued, parts, reads: () => reads };
}

describe('A job whose turn it is', () => {
  it('is taken by the message that brought it, without being read', async () => {
    const { queued, parts, reads, store } = await start(specJob('a'));
    expect(await claim({ jobId: 'a', queued }, parts)).toMatchObject({ runId: 'a:1', revision: 2 });
    expect([reads(), (await store.get('a'))?.job.status]).toEqual([0, 'Running']);
  });

  it('is not taken when it was cancelled since it was queued', async () => {
    const { queued, parts, store } = await start(specJob('a'));
    await store.replace(moved(queued.job, 'Cancelled', 'ann'), queued.revision);
    expect(await claim({ jobId: 'a', queued }, parts)).toBe('nothing');
    expect((await store.get('a'))?.job.status).toBe('Cancelled');
  });

  it('says which backend was away when it has waited for too long', async () => {
    const at = new Date(Date.now() - 60_000).toISOString();
    const options = { ...specJob('a').options, queueTimeoutMs: 1_000 };
    const late = specJob('a', { options, transitions: [{ status: 'Queued', at, by: 'ann' }] });
    const { parts, store } = await start(late, { available: false, reason: 'connect ECONNREFUSED' });
    expect(await claim({ jobId: 'a' }, parts)).toBe('nothing');
    expect((await store.get('a'))?.job).toMatchObject({
      status: 'TimedOut',
      cause: {
        code: 'queue-timeout',
        message: 'No worker took it within 1000 ms; backend far: connect ECONNREFUSED',
      },
      backendReason: { considered: [{ backend: 'far', available: false }] },
    });
  });
});
