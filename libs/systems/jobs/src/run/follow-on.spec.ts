import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { specJob } from '../fixtures/jobs.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { followOn } from './follow-on.ts';

const memory = () => new MemoryJobStore({ limits: {}, retentionMs: 60_000 });

describe('Changes of jobs', () => {
  it('are followed through a disturbance, each of them once', async () => {
    const store = memory();
    for (const id of ['a', 'b', 'c', 'd']) await store.add([specJob(id)]);
    let given = 0;
    const disturbed = {
      position: () => store.position(),
      async *follow(signal: AbortSignal, from: { after?: number | undefined }) {
        for await (const change of store.follow(signal, from)) {
          yield change;
          if (++given === 2) throw new UnavailableError('the server is gone');
        }
      },
    };
    const seen: string[] = [];
    const disturbances: string[] = [];
    const note = (error: Error): number => disturbances.push(error.message);
    for await (const { job } of followOn(disturbed, new AbortController().signal, { after: 0 }, note)) {
      seen.push(job.jobId);
      if (seen.length === 4) break;
    }
    expect([seen, disturbances]).toEqual([['a', 'b', 'c', 'd'], ['the server is gone']]);
  });

  it('of a store that has started over are all followed by a reader with a number of the old one', async () => {
    const store = memory();
    await store.add([specJob('a')]);
    for await (const { job } of followOn(store, new AbortController().signal, { after: 1_000 })) {
      expect(job.jobId).toBe('a');
      break;
    }
  });

  it('of a store that has started over meanwhile are all followed', async () => {
    const [old, fresh] = [memory(), memory()];
    for (const id of ['a', 'b', 'c']) await old.add([specJob(id)]);
    await fresh.add([specJob('d')]);
    let store = old;
    const lost = {
      position: () => store.position(),
      async *follow(signal: AbortSignal, from: { after?: number | undefined }) {
        // As in JetStream, where a number beyond the end is one that is still to come.
        for await (const change of store.follow(signal, { after: 0 })) {
          if (change.revision <= (from.after ?? 0)) continue;
          yield change;
          if (change.job.jobId !== 'c') continue;
          store = fresh;
          throw new UnavailableError('the server is gone');
        }
      },
    };
    const seen: string[] = [];
    for await (const { job } of followOn(lost, new AbortController().signal, { after: 0 })) {
      seen.push(job.jobId);
      if (seen.length === 4) break;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that cannot be understood end it', async () => {
    const broken = {
      position: async () => 0,
      // oxlint-disable-next-line require-yield
      async *follow(): AsyncGenerator<never> {
        throw new TypeError('not a job');
      },
    };
    const following = followOn(broken, new AbortController().signal);
    await expect(following.next()).rejects.toThrow('not a job');
  });
});
