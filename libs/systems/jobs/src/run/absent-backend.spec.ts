import { describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { ATTEMPT } from '../fixtures/adopted-run.ts';
import { specJob } from '../fixtures/jobs.ts';
import { ABSENT_MS, type JobBackend } from '../job/backend.ts';
import type { Job, JobAttempt } from '../job/job.ts';
import { moved } from '../job/move.ts';
import { readJob } from '../job/read-job.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { claim } from './claim.ts';
import type { RunnerParts } from './parts.ts';

const SCRIPT = { kind: 'script', collection: 'Orders', script: 'loadToOrders({});' } as const;
const here = {
  name: 'here',
  capabilities: { kinds: ['script', 'handler'], idempotentStart: true },
} as unknown as JobBackend;

/** A running job that this instance is handed; `far` is not among its backends. */
async function handed(job: Partial<Job> = {}, attempt: Partial<JobAttempt> = {}, isCancelling = false) {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  await store.add([specJob('a', job)]);
  const [queued] = (await store.list({ submitter: null, take: 1 })).items;
  if (!queued) throw new Error('the job is not there');
  const attempts = [{ ...ATTEMPT, ...attempt }];
  const running = moved(queued.job, 'Running', 'spec', { attempt: 1, attempts });
  const revision = await store.replace(running, queued.revision);
  if (isCancelling) {
    const cancel = { requestedAt: new Date().toISOString(), reason: null, proof: null };
    await store.replace(moved(running, 'Cancelling', 'ann', { cancel }), revision);
  }
  const told: string[] = [];
  const log = new MemoryLogger();
  const parts = {
    store,
    backends: [here],
    observer: {
      moved: (_before: Job, { status }: Job) => void told.push(status),
      fenced: () => undefined,
      adopted: () => undefined,
    },
    owner: 'me',
    log,
  } as unknown as RunnerParts;
  const again = () => claim({ jobId: 'a' }, parts);
  const stored = async () => {
    const { job: now } = (await store.get('a')) ?? {};
    if (!now) throw new Error('the job is gone');
    expect(readJob(JSON.stringify(now), 'a')).not.toBeNull();
    return now;
  };
  return { again, stored, parts, told, log };
}

const longAgo = { absentSince: new Date(Date.now() - ABSENT_MS - 1).toISOString() };

describe('A running job whose backend is not in the settings', () => {
  it('waits for an instance that has it, from when its absence was first noted', async () => {
    const { again, stored, told, log } = await handed();
    expect(await again()).toBe('later');
    const { status, attempts } = await stored();
    expect([status, attempts[0]?.absentSince]).toEqual(['Running', expect.any(String)]);
    expect(await again()).toBe('later');
    expect(await stored()).toMatchObject({ status: 'Running', attempts });
    expect([told, log.lines.length]).toEqual([[], 1]);
  });

  it('is taken over by an instance that has it, and its absence is no longer noted', async () => {
    const { again, stored, parts } = await handed({}, longAgo);
    Object.assign(parts, { backends: [here, { ...here, name: 'far' }] });
    expect(await again()).toMatchObject({ runId: 'a:1', adopted: true });
    const { attempts } = await stored();
    expect(attempts).toEqual([expect.not.objectContaining(longAgo)]);
    expect(attempts[0]?.owner).toBe('me');
  });

  it.each(['handler', 'sql', 'spark-app'] as const)(
    'fails when its run may be continuing and may have changed something: %s',
    async (kind) => {
      const transformation = { kind, handler: 'x', sql: 'x', resource: 'x' } as Job['transformation'];
      const retry = { attempts: 3, delaysSeconds: [0] };
      const options = { ...specJob('a').options, retry };
      const external = { runId: 'a:1', submissionId: 'driver-7' };
      const { again, stored, told } = await handed({ transformation, options, external }, longAgo);
      expect(await again()).toBe('nothing');
      const { status, cause, attempts } = await stored();
      expect([status, attempts[0]?.outcome, told]).toEqual(['Failed', 'lost', ['Failed']]);
      expect(cause).toMatchObject({ class: 'backend', code: 'backend-removed' });
      expect(cause?.message).toMatch(/^It ran on the backend far as a:1 \(submissionId driver-7\)/);
      expect(cause?.message).toContain('may still be running there, and may have changed something');
      expect(cause?.message).toContain('Restore far in the settings and retry the job');
    },
  );

  it('runs again elsewhere when it is a script, which changes nothing', async () => {
    const { again, stored, told } = await handed({ transformation: SCRIPT }, longAgo);
    expect(await again()).toBe('nothing');
    const { status, cause, attempts } = await stored();
    expect([status, attempts[0]?.outcome, told]).toEqual(['Queued', 'lost', ['Queued']]);
    expect(cause?.message).toContain('a script changes nothing outside its result');
  });

  it('runs again elsewhere when its run has ended with its process', async () => {
    const { again, stored } = await handed({}, { ...longAgo, backend: 'memory' });
    expect(await again()).toBe('nothing');
    expect(await stored()).toMatchObject({ status: 'Queued', cause: { code: 'backend-removed' } });
  });

  it.each<[string, Partial<Job>]>([
    ['it asks for that backend', { backendRequested: 'far' }],
    ['no other one executes its kind', {}],
  ])('fails although it is a script when %s', async (_, job) => {
    const { again, stored, parts } = await handed({ transformation: SCRIPT, ...job }, longAgo);
    if (job.backendRequested === undefined) Object.assign(parts, { backends: [] });
    expect(await again()).toBe('nothing');
    expect((await stored()).status).toBe('Failed');
  });

  it('is queued for a worker that has its handler when its run has ended with its process, and this one has none', async () => {
    const { again, stored, parts, told } = await handed({}, { backend: 'memory' });
    const capabilities = { ...here.capabilities, local: true };
    const memory = { ...here, name: 'memory', capabilities, accepts: () => false } as JobBackend;
    Object.assign(parts, { backends: [memory] });
    expect(await again()).toBe('nothing');
    expect(await stored()).toMatchObject({ status: 'Queued', attempts: [{ outcome: 'lost' }] });
    expect(told).toEqual(['Queued']);
  });

  it('is never called cancelled: nobody can prove it', async () => {
    const { again, stored } = await handed({ transformation: SCRIPT }, longAgo, true);
    expect(await again()).toBe('nothing');
    const { status, cause, cancel } = await stored();
    expect([status, cancel?.proof]).toEqual(['Failed', null]);
    expect(cause?.message).toContain('It cannot be proven that it was stopped, as requested.');
  });

  it('is cancelled when its run has ended with its process', async () => {
    const { again, stored } = await handed({}, { ...longAgo, backend: 'memory' }, true);
    expect(await again()).toBe('nothing');
    expect(await stored()).toMatchObject({ status: 'Cancelled', cancel: { proof: { source: 'lost' } } });
  });
});
