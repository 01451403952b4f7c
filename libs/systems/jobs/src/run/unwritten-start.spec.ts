import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { ATTEMPT } from '../fixtures/adopted-run.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { JobBackend } from '../job/backend.ts';
import { moved } from '../job/move.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { BackendGuards } from './backend-guards.ts';
import { CancelRequests } from './cancel-watch.ts';
import { BRIEF_MS, LateStart } from './late-start.ts';
import { OneRun } from './one-run.ts';
import type { RunnerParts } from './parts.ts';
import { ProgressBoard } from './progress-board.ts';
import { LOOK_EVERY_MS } from './time-run.ts';

/** Of a script, in this process. */
async function start() {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  await store.add([specJob('a')]);
  const queued = await store.take(new AbortController().signal);
  const before = await store.get('a');
  if (!queued || !before) throw new Error('it is not there');
  const ends = Promise.withResolvers<void>();
  const stopped: string[] = [];
  const backend = {
    name: 'here',
    capabilities: { kinds: ['script'], idempotentStart: true, local: true },
    start: async () => ({ runId: 'a:1' }),
    observe: async function* () {
      await ends.promise;
      yield { type: 'ended', outcome: 'failed', cause: { class: 'user', code: 'thrown', message: 'no' } };
    },
    cancel: async ({ runId }: { runId: string }) => {
      stopped.push(runId);
      ends.resolve();
      return 'ended';
    },
    release: async () => undefined,
  } as unknown as JobBackend;
  const log = new MemoryLogger();
  const parts = {
    store,
    guards: new BackendGuards(log, () => undefined),
    progress: new ProgressBoard(),
    observer: { moved: () => undefined, fenced: () => undefined, adopted: () => undefined },
    log,
    owner: 'spec',
    cacheKeyOf: () => null,
  } as unknown as RunnerParts;
  const job = moved(before.job, 'Running', 'spec', { attempt: 1, attempts: [ATTEMPT] });
  const late = new LateStart(before, job, parts);
  const claim = { job, backend, runId: 'a:1', adopted: false, start: late, revision: null };
  const run = new OneRun(claim, queued, new CancelRequests(async () => true), parts);
  const status = async () => (await store.get('a'))?.job.status;
  return { store, run, stopped, end: ends.resolve, status };
}

describe('A run whose start could not be written', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('goes on, and its start is written when it is looked at next', async () => {
    const { store, run, stopped, end, status } = await start();
    const replace = store.replace.bind(store);
    store.replace = async () => Promise.reject(new UnavailableError('NATS is away'));
    const executing = run.execute(new AbortController().signal);
    await jest.advanceTimersByTimeAsync(BRIEF_MS);
    store.replace = replace;
    expect(await status()).toBe('Queued');
    await jest.advanceTimersByTimeAsync(LOOK_EVERY_MS);
    expect([await status(), stopped]).toEqual(['Running', []]);
    end();
    expect([await executing, await status()]).toEqual(['over', 'Failed']);
  });

  it('goes on while the store is away', async () => {
    const { store, run, stopped, end, status } = await start();
    const replace = store.replace.bind(store);
    store.replace = async () => Promise.reject(new UnavailableError('NATS is away'));
    const executing = run.execute(new AbortController().signal);
    await jest.advanceTimersByTimeAsync(BRIEF_MS + 2 * LOOK_EVERY_MS);
    store.replace = replace;
    expect(stopped).toEqual([]);
    end();
    expect([await executing, await status()]).toEqual(['over', 'Failed']);
  });
});
