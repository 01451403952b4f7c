import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { adopt, ATTEMPT, failedRun } from '../fixtures/adopted-run.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { JobBackend, RunHandle } from '../job/backend.ts';
import { moved } from '../job/move.ts';
import { next, type Outcome } from './finish.ts';
import { externalOf } from './note-run.ts';

describe('A run that another process has begun', () => {
  it.each([false, true])(
    'is left as it is while its backend cannot tell whether it runs (cancelled: %s)',
    async (isCancelling) => {
      const finds = [async () => 'cannot-tell' as const, async () => Promise.reject(new Error('away'))];
      for (const find of finds) {
        const { execute, calls, status } = await adopt({ find }, isCancelling);
        expect([await execute(), await status(), calls]).toEqual([
          'later',
          isCancelling ? 'Cancelling' : 'Running',
          [],
        ]);
      }
    },
  );

  it('has ended when its backend says that it has none of this id', async () => {
    const { execute, status } = await adopt({ find: async () => 'unknown' }, true);
    expect([await execute(), await status()]).toEqual(['over', 'Cancelled']);
  });

  it('is not started again to be stopped, where a start under the same id would be harmless', async () => {
    const again = { kinds: ['handler'], idempotentStart: true } as unknown as JobBackend['capabilities'];
    const { execute, calls, status } = await adopt(
      { capabilities: again, find: async () => 'unknown' },
      true,
    );
    expect([await execute(), await status(), calls]).toEqual(['over', 'Cancelled', []]);
  });

  it('is asked to stop until its backend has proved the end, and a failure to stop is logged once', async () => {
    const stopped = Promise.withResolvers<void>();
    let asked = 0;
    const far: Partial<JobBackend> = {
      find: async () => ({ runId: 'a:1' }),
      cancel: async () => {
        if (++asked < 3) throw new Error('away');
        stopped.resolve();
        return { source: 'spec', observed: 'nothing runs', at: new Date().toISOString() };
      },
      observe: async function* () {
        yield { type: 'progress', progress: { done: 3, total: 9 } };
        await stopped.promise;
        yield { type: 'ended', outcome: 'cancelled' };
      },
    };
    const { execute, status, log, store } = await adopt(far, true);
    expect([await execute(), await status(), asked]).toEqual(['over', 'Cancelled', 3]);
    expect((await store.get('a'))?.job.progress).toEqual({ done: 3, total: 9 });
    expect(log.said('warn')).toEqual([expect.stringContaining('cannot be stopped yet: away')]);
  });

  it('is stopped before it is observed, which may take it over', async () => {
    const calls: string[] = [];
    const { execute, status } = await adopt(
      {
        find: async () => ({ runId: 'a:1' }),
        cancel: async () => {
          calls.push('cancel');
          return { source: 'spec', observed: 'nothing runs', at: new Date().toISOString() };
        },
        observe: async function* () {
          calls.push('observe');
          yield { type: 'ended', outcome: 'cancelled' };
        },
      },
      true,
    );
    expect([await execute(), await status(), calls]).toEqual(['over', 'Cancelled', ['cancel', 'observe']]);
  });

  it('is not taken to be stopped when nobody knows whether its start has arrived', async () => {
    const { execute, status } = await adopt({}, true, false);
    expect([await execute(), await status()]).toEqual(['later', 'Cancelling']);
  });
});

describe('What a backend finds a run again by', () => {
  it('is stored before the run has ended, and the run ends as usual', async () => {
    const { execute, store, status } = await adopt(
      {
        start: async () => ({ runId: 'a:1', external: { driverId: 'd1' } }),
        observe: async function* () {
          expect((await store.get('a'))?.job.external).toEqual({ driverId: 'd1', runId: 'a:1' });
          yield* failedRun();
        },
      },
      false,
      false,
    );
    expect([await execute(), await status()]).toEqual(['over', 'Failed']);
  });

  it('is given to the process that adopts it, with what was to be started and when', async () => {
    const known: unknown[] = [];
    const find: JobBackend['find'] = async (runId, said) => {
      known.push(said);
      return { runId, external: { driverId: 'd1' } };
    };
    const first = await adopt({ find, observe: failedRun });
    await first.execute();
    expect(first.calls).toEqual(['release']);
    expect(known).toEqual([{ run: expect.objectContaining({ runId: 'a:1' }), startedAt: ATTEMPT.startedAt }]);
    expect((await first.store.get('a'))?.job.external).toEqual({ driverId: 'd1', runId: 'a:1' });
  });

  it('of an earlier run is not that of this one', () => {
    const job = { ...specJob('a'), external: { driverId: 'd1', runId: 'a:1' } };
    expect([externalOf(job, 'a:1'), externalOf(job, 'a:2')]).toEqual([{ external: { driverId: 'd1' } }, {}]);
  });
});

describe('An owner that comes too late', () => {
  it('stops what it has started of a job that was cancelled meanwhile', async () => {
    const stopped: string[] = [];
    const left = new AbortController();
    const { execute, change } = await adopt({
      find: async () => {
        await change('Cancelling');
        await change('Cancelled');
        return { runId: 'a:1' };
      },
      cancel: async ({ runId }) => {
        stopped.push(runId);
        left.abort();
        return 'ended';
      },
      observe: async function* (_, signal) {
        await once(left.signal, 'abort', { signal }).catch(() => undefined);
        yield { type: 'ended', outcome: 'cancelled' };
      },
    });
    expect([await execute(), stopped]).toEqual(['over', ['a:1']]);
  });

  it('leaves the run to its successor', async () => {
    const handle: RunHandle = { runId: 'a:1' };
    const taken = Promise.withResolvers<void>();
    const { execute, calls, store } = await adopt({
      find: async () => handle,
      observe: async function* () {
        await taken.promise;
        yield { type: 'ended', outcome: 'failed', cause: { class: 'user', code: 'thrown', message: 'no' } };
      },
    });
    const executing = execute();
    const stored = await store.get('a');
    const attempts = [{ ...ATTEMPT, owner: 'successor' }];
    if (stored) await store.replace({ ...stored.job, attempts }, stored.revision);
    taken.resolve();
    expect(await executing).toBe('taken');
    expect(calls.filter((call) => call !== 'fenced')).toEqual([]);
  });
});

it('A job whose runs are lost runs again at once, then later each time', () => {
  const lost: Outcome = { type: 'lost', cause: { class: 'lost', code: 'run-unknown', message: 'gone' } };
  const now = new Date();
  const pauses: (number | null)[] = [];
  let job = specJob('a');
  for (let run = 1; run <= 10; run++) {
    const attempts = [...job.attempts, { ...ATTEMPT, number: run }];
    const queued = job.status === 'Queued' ? job : moved(job, 'Queued', 'store');
    job = next(moved(queued, 'Running', 'spec', { attempts }), lost, 'spec', now);
    pauses.push(job.dueAt === null ? null : Date.parse(job.dueAt) - now.getTime());
  }
  expect(pauses).toEqual([null, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, null]);
  expect([job.status, job.cause?.code]).toEqual(['Failed', 'gave-up']);
});
