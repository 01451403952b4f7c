import { describeError } from '@nestjs-spark/foundation';
import type { JobBackend } from '../job/backend.ts';
import type { Candidate } from './choose-backend.ts';

const ANSWER_MS = 2_000;

/** How each backend is now. One that cannot say is not available. */
export function lookAtBackends(backends: readonly JobBackend[]): Promise<Candidate[]> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  return Promise.all(
    backends.map(async (backend) => {
      const health = await backend
        .health(signal)
        .catch((error: unknown) => ({ available: false, reason: describeError(error) }));
      return { name: backend.name, kinds: backend.capabilities.kinds, ...health };
    }),
  );
}
