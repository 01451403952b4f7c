import type { Logger } from '@nestjs-spark/foundation';
import type { RunHistory } from '../choose/run-history.ts';
import type { JobBackend } from '../job/backend.ts';
import type { Job } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';
import type { BackendGuards } from './backend-guards.ts';
import type { CancelWatch } from './cancel-watch.ts';
import type { ProgressBoard } from './progress-board.ts';

/** What is told of the changes that this process makes. */
export interface JobObserver {
  moved(before: Job | null, after: Job): void;
  fenced(): void;
  adopted(backend: string): void;
}

/** What runs are made with. */
export interface RunnerParts {
  store: JobStore;
  backends: readonly JobBackend[];
  guards: BackendGuards;
  history: RunHistory;
  /** Inputs up to this size run in this process where a job does not say where. */
  memoryBytes: number;
  progress: ProgressBoard;
  cancels: CancelWatch;
  observer: JobObserver;
  log: Logger;
  /** The name of this process among all that execute jobs. */
  owner: string;
  retentionMs: number;
  /** Where to keep results that can be found again; null for nowhere. */
  cacheKeyOf(job: Job): string | null;
}
