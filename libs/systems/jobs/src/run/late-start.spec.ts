import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { specJob } from '../fixtures/jobs.ts';
import { moved } from '../job/move.ts';
import type { Job } from '../job/job.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import type { Outcome } from './finish.ts';
import { LateStart, mayStartLate } from './late-start.ts';
import type { RunnerParts } from './parts.ts';

const FAILED: Outcome = { type: 'failed', cause: { class: 'user', code: 'thrown', message: 'no' } };

async function start() {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  await store.add([specJob('a')]);
  const before = await store.get('a');
  if (!before) throw new Error('it is not there');
  const seen: string[] = [];
  const observer = {
    moved: (from: Job | null, to: Job) => void seen.push(`${from?.status} to ${to.status}`),
    fenced: () => void seen.push('fenced'),
    adopted: () => undefined,
  };
  const parts = { store, observer, owner: 'spec' } as unknown as RunnerParts;
  const late = new LateStart(before, moved(before.job, 'Running', 'spec', { attempt: 1 }), parts);
  const stored = async () => (await store.get('a'))?.job.transitions.map(({ status }) => status);
  return { store, before, seen, late, stored };
}

describe('The start of a brief run', () => {
  it('is written with its end, and both are told', async () => {
    const { late, stored, seen } = await start();
    expect(await stored()).toEqual(['Queued']);
    expect(await late.end(FAILED)).toMatchObject({ status: 'Failed' });
    expect(await stored()).toEqual(['Queued', 'Running', 'Failed']);
    expect(seen).toEqual(['Queued to Running', 'Running to Failed']);
  });

  it('is written by itself when the run lasts, and then the end is, too', async () => {
    const { late, stored, seen } = await start();
    expect([await late.write(), await late.write()]).toEqual([true, true]);
    expect(await stored()).toEqual(['Queued', 'Running']);
    expect(await late.end(FAILED)).toBe('started');
    expect(seen).toEqual(['Queued to Running']);
  });

  it('is refused with its end when the job was cancelled meanwhile', async () => {
    for (const last of ['write', 'end'] as const) {
      const { late, store, before, stored, seen } = await start();
      await store.replace(moved(before.job, 'Cancelled', 'ann'), before.revision);
      expect(await (last === 'write' ? late.write() : late.end(FAILED))).toBe(
        last === 'write' ? false : null,
      );
      expect(await late.end(FAILED)).toBeNull();
      expect(await stored()).toEqual(['Queued', 'Cancelled']);
      expect(seen).toEqual(['fenced']);
    }
  });

  it.each(['before', 'when'])(
    'is written with its end if it could not be %s that is written',
    async (order) => {
      const { store, late, stored, seen } = await start();
      const replace = store.replace.bind(store);
      const answers = Promise.withResolvers<never>();
      store.replace = () => answers.promise;
      const written = late.write();
      store.replace = replace;
      const ended = order === 'when' ? late.end(FAILED) : null;
      answers.reject(new UnavailableError('NATS is away'));
      await expect(written).rejects.toThrow(UnavailableError);
      expect(await (ended ?? late.end(FAILED))).toMatchObject({ status: 'Failed' });
      expect(await stored()).toEqual(['Queued', 'Running', 'Failed']);
      expect(seen).toEqual(['Queued to Running', 'Running to Failed']);
    },
  );

  it('is written first of everything that has effects or that others can see', () => {
    const script = specJob('a', { transformation: { kind: 'script', collection: 'A', script: '' } });
    const backend = (local?: boolean) =>
      ({
        capabilities: { kinds: [], idempotentStart: true, ...(local === undefined ? {} : { local }) },
      }) as never;
    expect(mayStartLate(script, backend(true))).toBe(true);
    expect(mayStartLate(script, backend())).toBe(false);
    expect(mayStartLate(specJob('a'), backend(true))).toBe(false);
  });
});
