import type { BackendReason, JobKind } from '../job/job.ts';
import type { RunEstimate } from './run-history.ts';

/** The state of a backend when a job is about to run. */
export interface Candidate {
  name: string;
  kinds: readonly JobKind[];
  /** Whether its runs are in this process. */
  local: boolean;
  /** Whether it only gets jobs that name it. */
  onRequest: boolean;
  available: boolean;
  reason: string | null;
  estimate: RunEstimate;
}

/** The input of a choice. */
export interface ChoiceOf {
  asked: string;
  kind: JobKind;
  inputBytes: number;
  /** Inputs up to this size run in this process, in bytes. */
  memoryBytes: number;
}

/** The chosen backend with the reason; without a backend, the reason why none fits. */
export interface Choice {
  backend: string | null;
  reason: BackendReason;
}

/**
 * Chooses a backend: the requested one, otherwise the only one for the kind; then by the duration of earlier runs, then by input size, and finally
 * any that is available.
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
