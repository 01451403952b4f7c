import type { BreakerReport } from '@nestjs-spark/foundation/internal';
import type { JobBackend } from '../job/backend.ts';
import type { JobKind } from '../job/job.ts';
import type { BackendGuards } from '../run/backend-guards.ts';

/** A backend as shown. */
export interface BackendView {
  name: string;
  available: boolean;
  reason: string | null;
  breaker: BreakerReport['state'];
  kinds: readonly JobKind[];
  /** The number of runs in this process. */
  running: number;
  /** All waiting jobs: the backend is only chosen when a job's turn comes. */
  queued: number;
  limit: number;
}

/** @param queued how many jobs wait */
export async function viewOfBackend(
  backend: JobBackend,
  guards: BackendGuards,
  queued: number,
  limit: number,
): Promise<BackendView> {
  const { name, capabilities } = backend;
  const { available, reason } = await guards.health(backend);
  const { state } = guards.report(backend);
  const running = guards.running(name);
  const { kinds, atOnce = limit } = capabilities;
  return { name, available, reason, breaker: state, kinds, running, queued, limit: Math.min(limit, atOnce) };
}
