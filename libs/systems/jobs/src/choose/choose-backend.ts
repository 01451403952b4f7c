import type { BackendReason, JobKind } from '../job/job.ts';
import type { RunEstimate } from './run-history.ts';

/** A backend as it is when a job is about to run. */
export interface Candidate {
  name: string;
  kinds: readonly JobKind[];
  /** Its runs are in this process. */
  local: boolean;
  /** Gets only jobs that name it. */
  onRequest: boolean;
  available: boolean;
  reason: string | null;
  estimate: RunEstimate;
}

/** What a choice depends on. */
export interface ChoiceOf {
  asked: string;
  kind: JobKind;
  inputBytes: number;
  /** Inputs up to this size run in this process. */
  memoryBytes: number;
}

/** Where a job runs, and why; without a backend, why nowhere. */
export interface Choice {
  backend: string | null;
  reason: BackendReason;
}

/**
 * Chooses: what was asked for, otherwise the only one for the kind; then by what earlier runs took, then by size, and finally
 * whichever is available.
 */
export function chooseBackend(job: ChoiceOf, candidates: readonly Candidate[]): Choice {
  const able = candidates.filter(({ kinds }) => kinds.includes(job.kind));
  const considered = able.map(({ name, available, reason, estimate }) => ({
    backend: name,
    available,
    estimateMs: estimate.ms,
    why: reason ?? (available ? estimate.why : 'is not available'),
  }));
  const { rule, backend } = choose(job, able);
  return { backend: backend?.name ?? null, reason: { rule, considered } };
}

function choose(
  { asked, inputBytes, memoryBytes }: ChoiceOf,
  able: readonly Candidate[],
): { rule: BackendReason['rule']; backend: Candidate | null } {
  if (asked !== 'auto')
    return {
      rule: 'explicit',
      backend: able.find(({ name, available }) => available && name === asked) ?? null,
    };
  const fitting = able.filter(({ onRequest }) => !onRequest);
  const open = fitting.filter(({ available }) => available);
  if (fitting.length === 1) return { rule: 'only', backend: open[0] ?? null };
  const known = open.filter(({ estimate }) => estimate.ms !== null);
  if (open.length > 1 && known.length === open.length) {
    const [fastest] = known.toSorted((a, b) => (a.estimate.ms ?? 0) - (b.estimate.ms ?? 0));
    return { rule: 'history', backend: fastest ?? null };
  }
  const bySize = open.find(({ local }) => local === inputBytes <= memoryBytes);
  return bySize ? { rule: 'size', backend: bySize } : { rule: 'available', backend: open[0] ?? null };
}
