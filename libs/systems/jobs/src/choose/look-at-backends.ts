import type { BackendHealth, JobBackend } from '../job/backend.ts';
import type { Candidate } from './choose-backend.ts';

/** How each backend is now. */
export function lookAtBackends(
  backends: readonly JobBackend[],
  guards: { health(backend: JobBackend): Promise<BackendHealth> },
): Promise<Candidate[]> {
  return Promise.all(
    backends.map(async (backend) => {
      const { name, capabilities } = backend;
      return { name, kinds: capabilities.kinds, ...(await guards.health(backend)) };
    }),
  );
}
