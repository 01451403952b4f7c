import { describe } from '@jest/globals';
import { jobBackendConformance } from '../fixtures/job-backend.conformance.ts';
import { JobHandlers } from '../job/handler.ts';
import { MemoryBackend } from './memory-backend.ts';

describe('The backend in this process', () => {
  jobBackendConformance(() => {
    const backend = new MemoryBackend(new JobHandlers());
    return { backend, close: () => backend.close() };
  });
});
