import type { BackendHealth, JobBackend } from '../job/backend.ts';
import type { Job, JobKind } from '../job/job.ts';
import type { Candidate } from './choose-backend.ts';
import type { RunHistory } from './run-history.ts';

/** The state of each backend, with an estimate of the job's duration there. */
export function lookAtBackends(
  job: Job,
  backends: readonly JobBackend[],
  guards: { health(backend: JobBackend, kind?: JobKind): Promise<BackendHealth> },
  history: RunHistory,
): Promise<Candidate[]> {
  const able = backends.filter((backend) => backend.accepts?.(job.transformation) ?? true);
  return Promise.all(
    able.map(async (backend) => {
      const health = await guards.health(backend, job.transformation.kind);
      const { kinds, local = false, onRequest = false } = backend.capabilities;
      const estimate = history.estimate(job, backend.name);
      return { name: backend.name, kinds, local, onRequest, estimate, ...health };
    }),
  );
}
