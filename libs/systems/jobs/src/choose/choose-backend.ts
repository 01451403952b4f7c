import type { BackendReason, JobKind } from '../job/job.ts';

/** A backend as it is when a job is about to run. */
export interface Candidate {
  name: string;
  kinds: readonly JobKind[];
  available: boolean;
  reason: string | null;
}

/** Where a job runs, and why; without a backend, why nowhere. */
export interface Choice {
  backend: string | null;
  reason: BackendReason;
}

/** Chooses: what was asked for, else the only one for the kind, else the first that is available. */
export function chooseBackend(asked: string, kind: JobKind, candidates: readonly Candidate[]): Choice {
  const able = candidates.filter(({ kinds }) => kinds.includes(kind));
  const considered = able.map(({ name, available, reason }) => ({
    backend: name,
    available,
    why: reason ?? (available ? 'is available' : 'is not available'),
  }));
  const fitting = asked === 'auto' ? able : able.filter(({ name }) => name === asked);
  const chosen = fitting.find(({ available }) => available) ?? null;
  const rule = asked !== 'auto' ? 'explicit' : able.length === 1 ? 'only' : 'available';
  return { backend: chosen?.name ?? null, reason: { rule, considered } };
}
