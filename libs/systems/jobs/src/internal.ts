export * from './index.ts';
export { MemoryBackend } from './backends/memory-backend.ts';
export { MemoryJobStore } from './store/memory-job-store.ts';
export { JobHandlers } from './job/handler.ts';
export type { Job } from './job/job.ts';
export { moved } from './job/move.ts';
export { JobExistsError, laneOf, type JobStore, type QueuedJob, type StoredJob } from './job/store.ts';
