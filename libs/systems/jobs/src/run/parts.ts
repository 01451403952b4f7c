import type { Logger } from '@nestjs-spark/foundation';
import type { RunHistory } from '../choose/run-history.ts';
import type { JobBackend } from '../job/backend.ts';
import type { Job } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';
import type { BackendGuards } from './backend-guards.ts';
import type { CancelWatch } from './cancel-watch.ts';
import type { ProgressBoard } from './progress-board.ts';
import type { WorkerBackends } from './worker-backends.ts';

/** Observes the changes that this process makes. */
export interface JobObserver {
  moved(before: Job | null, after: Job): void;
  fenced(): void;
  adopted(backend: string): void;
}

/** Dependencies of runs. */
export interface RunnerParts {
  store: JobStore;
  backends: readonly JobBackend[];
  guards: BackendGuards;
  history: RunHistory;
  /** Inputs up to this size run in this process unless the job names a backend, in bytes. */
  memoryBytes: number;
  progress: ProgressBoard;
  cancels: CancelWatch;
  workers: WorkerBackends;
  observer: JobObserver;
  log: Logger;
  /** The name of this process among all that execute jobs. */
  owner: string;
  retentionMs: number;
  /** The cache key for a job's result; null if it is not cached. */
  cacheKeyOf(job: Job): string | null;
}
