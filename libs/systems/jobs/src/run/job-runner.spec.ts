import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { RunHistory } from '../choose/run-history.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { JobBackend } from '../job/backend.ts';
import type { QueuedJob } from '../job/store.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { BackendGuards } from './backend-guards.ts';
import { CancelWatch } from './cancel-watch.ts';
import { JobRunner } from './job-runner.ts';
import type { RunnerParts } from './parts.ts';
import { ProgressBoard } from './progress-board.ts';
import { WorkerBackends } from './worker-backends.ts';

/** A worker that is handed the message of one job, whose run ends when it is told to. */
async function start() {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  await store.add([specJob('a')]);
  const acts: string[] = [];
  const message: QueuedJob = {
    jobId: 'a',
    times: 1,
    working: () => undefined,
    done: async () => void acts.push('done'),
    giveBack: async () => void acts.push('giveBack'),
  };
  const waits = Promise.withResolvers<void>();
  let isGiven = false;
  const take = async (signal: AbortSignal): Promise<QueuedJob | null> => {
    if (!isGiven) {
      isGiven = true;
      return message;
    }
    waits.resolve();
    await once(signal, 'abort');
    return null;
  };
  const end = Promise.withResolvers<void>();
  const backend = {
    name: 'far',
    capabilities: { kinds: ['handler'], idempotentStart: true },
    health: async () => ({ available: true, reason: null }),
    start: async ({ runId }: { runId: string }) => ({ runId }),
    observe: async function* (_: unknown, signal: AbortSignal) {
      await Promise.race([end.promise, once(signal, 'abort')]);
      if (signal.aborted) return;
      yield { type: 'ended', outcome: 'failed', cause: { class: 'user', code: 'thrown', message: 'no' } };
    },
    release: async () => undefined,
  } as unknown as JobBackend;
  const log = new MemoryLogger();
  const parts: RunnerParts = {
    store: Object.assign(store, { take }),
    backends: [backend],
    guards: new BackendGuards(log, () => undefined),
    history: new RunHistory(),
    memoryBytes: 0,
    progress: new ProgressBoard(),
    cancels: new CancelWatch(store, log),
    workers: new WorkerBackends([backend], store, log),
    observer: { moved: () => undefined, fenced: () => undefined, adopted: () => undefined },
    log,
    owner: 'me',
    retentionMs: 60_000,
    cacheKeyOf: () => null,
  };
  const runner = new JobRunner(parts, 1);
  runner.start();
  await eventually(async () => (await store.get('a'))?.job.status === 'Running');
  return { runner, store, acts, end: end.resolve, waits: waits.promise };
}

describe('A worker', () => {
  it('acknowledges the message of a job that it has ended', async () => {
    const { runner, acts, end, waits } = await start();
    end();
    await waits;
    await runner.stop();
    expect(acts).toEqual(['done']);
  });

  it('leaves a run that continues to the next worker when it is stopped', async () => {
    const { runner, store, acts } = await start();
    await runner.stop();
    expect([acts, (await store.get('a'))?.job.status]).toEqual([['giveBack'], 'Running']);
  });

  it('leaves alone the message of a job that another process has taken over', async () => {
    const { runner, store, acts, end, waits } = await start();
    const stored = await store.get('a');
    const [attempt] = stored?.job.attempts ?? [];
    if (!stored || !attempt) throw new Error('it does not run');
    await store.replace({ ...stored.job, attempts: [{ ...attempt, owner: 'successor' }] }, stored.revision);
    end();
    await waits;
    await runner.stop();
    expect(acts).toEqual([]);
  });
});
