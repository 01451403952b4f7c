import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { jobStoreConformance } from '../fixtures/job-store.conformance.ts';
import { moved } from '../job/move.ts';
import { MemoryJobStore } from './memory-job-store.ts';

describe('A store of jobs in memory', () => {
  jobStoreConformance(async () => new MemoryJobStore({ limits: { few: 2 }, retentionMs: 60_000 }));

  it('forgets results with their jobs, and keeps what it remembers of no job', async () => {
    const store = new MemoryJobStore({ limits: {}, retentionMs: 0 });
    await store.remember('published', '42');
    for (const id of ['a', 'b']) {
      const [revision = 0] = await store.add([specJob(id)]);
      await store.remember('key', id);
      expect(await store.recall('key')).toBe(id);
      await store.replace(moved(specJob(id), 'Cancelled', 'ann'), revision);
      expect([await store.get(id), await store.recall('key')]).toEqual([null, null]);
    }
    expect(await store.recall('published')).toBe('42');
  });
});
