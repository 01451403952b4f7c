import { describe, expect, it, jest } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { sentInput } from '../job/content-names.ts';
import { onePart } from '../job/content.ts';
import type { Submitter } from '../job/job.ts';
import type { JobQuotas } from '../settings/schema.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { submitterKey } from '../submit/new-job.ts';
import { keepInput } from './keep-input.ts';
import { JobQuota } from './quota.ts';

const ann: Submitter = { kind: 'token', subject: 'ann', tenant: null };
const bob: Submitter = { ...ann, subject: 'bob' };

function start(quotas: Partial<JobQuotas>) {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  const quota = new JobQuota({ queued: 1_000, perSecond: 1_000, inputBytes: 1_000, ...quotas }, store);
  let made = 0;
  const submit = (jobs: number) =>
    quota.letIn(ann, jobs, async () => {
      // As long as an answer of a store takes.
      await new Promise(setImmediate);
      return store.add(Array.from({ length: jobs }, () => specJob(`job-${made++}`)));
    });
  const input = (submitter: Submitter, bytes: number) => {
    const line = JSON.stringify({ id: 'a', document: { x: '' } });
    const text = line.replace('""', `"${'x'.repeat(bytes - line.length - 1)}"`);
    const sent = (async function* () {
      yield Buffer.from(`${text.slice(0, 20)}`);
      await new Promise(setImmediate);
      yield Buffer.from(`${text.slice(20)}\n`);
    })();
    return quota.sending(submitter).then((counting) => keepInput(sent, submitter, store, counting));
  };
  const waiting = async () => Object.values(await store.queued()).reduce((sum, count) => sum + count, 0);
  return { store, quota, submit, input, waiting };
}

const countOf = (settled: PromiseSettledResult<unknown>[], status: string): number =>
  settled.filter((one) => one.status === status).length;

describe('The quota of waiting jobs', () => {
  it.each([true, false])('is used up and not exceeded (submitted concurrently: %s)', async (beside) => {
    const { submit, waiting } = start({ queued: 10 });
    const all: PromiseSettledResult<unknown>[] = [];
    if (beside) all.push(...(await Promise.allSettled(Array.from({ length: 40 }, () => submit(1)))));
    else for (let job = 0; job < 40; job++) all.push(...(await Promise.allSettled([submit(1)])));
    expect([countOf(all, 'fulfilled'), await waiting()]).toEqual([10, 10]);
  });

  it('refuses a batch that does not fit, and lets in a smaller one beside it', async () => {
    const { submit } = start({ queued: 10 });
    const all = await Promise.allSettled([submit(6), submit(6), submit(4)]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('counts once for all that come while it counts, where there is plenty of room', async () => {
    const { store, submit, waiting } = start({ queued: 1_000 });
    const count = jest.spyOn(store, 'open');
    await Promise.all(Array.from({ length: 100 }, () => submit(1)));
    expect([count.mock.calls.length, await waiting()]).toEqual([1, 100]);
  });

  it('has room again for what could not be stored', async () => {
    const { submit, waiting } = start({ queued: 10 });
    await submit(10).catch(() => undefined);
    expect(await waiting()).toBe(10);
    const other = start({ queued: 10 });
    const quota = new JobQuota({ queued: 10, perSecond: 1_000, inputBytes: 1 }, other.store);
    await expect(quota.letIn(ann, 10, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await quota.letIn(ann, 10, async () => undefined);
  });
});

describe('The quota of jobs a second', () => {
  it('lets in a batch after the time that its refusal named, however often it was refused', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    try {
      const { submit, waiting } = start({ perSecond: 10 });
      await submit(1);
      for (let times = 0; times < 3; times++)
        await expect(submit(500)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 0.1 });
      clock.mockReturnValue(100);
      await submit(500);
      expect(await waiting()).toBe(501);
      await expect(submit(500)).rejects.toMatchObject({ retryAfterSeconds: 50 });
    } finally {
      clock.mockRestore();
    }
  });
});

describe('The quota of inputs', () => {
  it('counts inputs that are sent concurrently together', async () => {
    const { input } = start({ inputBytes: 2_000 });
    const all = await Promise.allSettled([
      input(ann, 800),
      input(ann, 800),
      input(ann, 800),
      input(bob, 800),
    ]);
    expect([countOf(all, 'fulfilled'), countOf(all, 'rejected')]).toEqual([3, 1]);
    await expect(input(ann, 800)).rejects.toMatchObject({ status: 429 });
    await input(bob, 800);
  });

  it('counts those that come with their jobs, too, and stores nothing of those that are refused', async () => {
    const { input, store, quota } = start({ inputBytes: 2_000 });
    const keep = (bytes: number) => () =>
      store.putContent(sentInput(submitterKey(ann)), onePart('x'.repeat(bytes)));
    await quota.storing(ann, 900, keep(900));
    await Promise.allSettled([quota.storing(ann, 100, () => Promise.reject(new Error('away')))]);
    let stored = 0;
    const all = await Promise.allSettled(
      [600, 600].map((bytes) =>
        quota.storing(ann, bytes, () => {
          stored++;
          return keep(bytes)();
        }),
      ),
    );
    expect([countOf(all, 'rejected'), stored]).toEqual([1, 1]);
    await expect(input(ann, 600)).rejects.toMatchObject({ status: 429 });
    await quota.storing(bob, 600, keep(600));
  });

  it('lists what is kept only now and then while there is plenty of room', async () => {
    const { store, quota } = start({ inputBytes: 1_000 });
    const list = jest.spyOn(store, 'listContents');
    const keep = () => store.putContent(sentInput(submitterKey(ann)), onePart('x'.repeat(100)));
    for (let n = 0; n < 10; n++) await quota.storing(ann, 100, keep);
    expect(list).toHaveBeenCalledTimes(6);
    await expect(quota.storing(ann, 100, keep)).rejects.toMatchObject({ status: 429 });
  });

  it('does not count an input that was refused', async () => {
    const { input } = start({ inputBytes: 2_000 });
    await expect(input(ann, 2_200)).rejects.toMatchObject({ status: 429 });
    await input(ann, 1_900);
  });
});
