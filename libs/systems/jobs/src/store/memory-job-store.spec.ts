import { describe } from '@jest/globals';
import { jobStoreConformance } from '../fixtures/job-store.conformance.ts';
import { MemoryJobStore } from './memory-job-store.ts';

describe('A store of jobs in memory', () => {
  jobStoreConformance(async () => new MemoryJobStore({ limits: { few: 2 }, retentionMs: 60_000 }));
});
