import { describe, expect, it, jest } from '@jest/globals';
import { adopt, failedRun } from '../fixtures/adopted-run.ts';
import type { JobBackend, RunEvent, RunHandle } from '../job/backend.ts';
import { readJob } from '../job/read-job.ts';

it('A run that takes long to start says meanwhile that it is worked on', async () => {
  const started = Promise.withResolvers<RunHandle>();
  const { execute, worked } = await adopt({ start: () => started.promise, observe: failedRun }, false, false);
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const executing = execute();
    jest.advanceTimersByTime(60_000);
    expect(worked()).toBe(6);
    started.resolve({ runId: 'a:1' });
    expect(await executing).toBe('over');
  } finally {
    jest.useRealTimers();
  }
});

describe('A run of which nothing is left', () => {
  const again = { kinds: ['handler'], idempotentStart: true } as unknown as JobBackend['capabilities'];
  const old = { startedAt: new Date(Date.now() - 3_600_000).toISOString() };

  it('has all of its time when it is started again, however long its process was gone', async () => {
    const end = Promise.withResolvers<void>();
    const { execute, calls, store } = await adopt(
      {
        capabilities: again,
        find: async () => 'unknown',
        start: async ({ runId }) => ({ runId }),
        cancel: async () => {
          calls.push('cancel');
          return 'ended';
        },
        observe: async function* () {
          await end.promise;
          yield* failedRun();
        },
      },
      false,
      true,
      old,
    );
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
    try {
      const executing = execute();
      await jest.advanceTimersByTimeAsync(30_000);
      expect(calls).toEqual([]);
      expect((await store.get('a'))?.job.attempts).toMatchObject([{ runId: 'a:1', restarts: 1 }]);
      end.resolve();
      expect(await executing).toBe('over');
    } finally {
      jest.useRealTimers();
    }
  });

  it('is lost when it was started again ten times: it may be what ends the process', async () => {
    const { execute, calls, status } = await adopt(
      { capabilities: again, find: async () => 'unknown' },
      false,
      true,
      { ...old, restarts: 10 },
    );
    expect([await execute(), await status(), calls]).toEqual(['over', 'Queued', []]);
  });
});

it('A run that its backend forgets as it stops it has timed out, and does not run again', async () => {
  const stopped = Promise.withResolvers<void>();
  const { execute, status } = await adopt(
    {
      find: async () => ({ runId: 'a:1' }),
      cancel: async () => {
        stopped.resolve();
        return { source: 'spec', observed: 'it has no such run', at: new Date().toISOString() };
      },
      observe: async function* () {
        await stopped.promise;
        const cause = { class: 'lost' as const, code: 'run-unknown', message: 'it has no such run' };
        yield { type: 'ended', outcome: 'lost', cause };
      },
    },
    false,
    true,
    { startedAt: new Date(Date.now() - 3_600_000).toISOString() },
  );
  expect([await execute(), await status()]).toEqual(['over', 'TimedOut']);
});

describe('What a backend or a handler says of a run', () => {
  const said = (events: readonly unknown[]): Partial<JobBackend> => ({
    find: async () => ({ runId: 'a:1' }),
    observe: () => events as unknown as AsyncIterable<RunEvent>,
    result: async function* () {
      yield Buffer.from('1');
    },
  });
  const failed = {
    type: 'ended',
    outcome: 'failed',
    cause: { class: 'user', code: 'thrown', message: 'no' },
  };

  it.each<[string, unknown, object]>([
    ['shares of 1', { done: 0.5, total: 1 }, { done: 0.5, total: 1 }],
    ['no numbers', { done: 'half', total: NaN }, { done: 0, total: 0 }],
    ['no total', { done: 7 }, { done: 0, total: 0 }],
    ['less than nothing', { done: -1, total: 1 }, { done: 0, total: 0 }],
    ['a number alone', 0.5, { done: 0, total: 0 }],
  ])('leaves a record that can be read again: progress of %s', async (_, progress, kept) => {
    const { execute, store } = await adopt(said([{ type: 'progress', progress }, failed]));
    expect(await execute()).toBe('over');
    const text = JSON.stringify((await store.get('a'))?.job);
    expect(readJob(text, 'a')).toMatchObject({ status: 'Failed', progress: kept });
  });

  it.each<[string, object]>([
    ['a success of an unknown form without counts', { outcome: 'succeeded', form: 'table', documents: NaN }],
    ['a failure without a cause', { outcome: 'failed' }],
    ['a failure whose cause is a text', { outcome: 'failed', cause: 'no' }],
  ])('leaves a record that can be read again: %s', async (_, ended) => {
    const { execute, store } = await adopt(said([{ type: 'ended', ...ended }]));
    expect(await execute()).toBe('over');
    expect(readJob(JSON.stringify((await store.get('a'))?.job), 'a')).not.toBeNull();
  });
});
