import type { JobBackend } from '../job/backend.ts';
import type { BackendReason, Job } from '../job/job.ts';
import { chooseBackend } from './choose-backend.ts';
import { lookAtBackends } from './look-at-backends.ts';
import type { RunHistory } from './run-history.ts';

/** Where a job would run now, and why. */
export interface ChosenBackend {
  /** Null if none can take it. */
  backend: JobBackend | null;
  reason: BackendReason;
}

/** What a choice depends on, besides the job. */
export interface ChoiceParts {
  readonly backends: readonly JobBackend[];
  readonly guards: Parameters<typeof lookAtBackends>[2];
  readonly history: RunHistory;
  readonly memoryBytes: number;
}

/** Looks at all backends for a job. */
export async function chooseFor(
  job: Job,
  { backends, guards, history, memoryBytes }: ChoiceParts,
): Promise<ChosenBackend> {
  const candidates = await lookAtBackends(job, backends, guards, history);
  const of = {
    asked: job.backendRequested,
    kind: job.transformation.kind,
    inputBytes: job.input?.bytes ?? 0,
    memoryBytes,
  };
  const { backend, reason } = chooseBackend(of, candidates);
  return { backend: backends.find(({ name }) => name === backend) ?? null, reason };
}
