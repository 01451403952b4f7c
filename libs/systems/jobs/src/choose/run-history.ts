import type { Job } from '../job/job.ts';
import { sha256 } from '../submit/new-job.ts';

/** How long a run is expected to take at a backend, and from what that is known. */
export interface RunEstimate {
  ms: number | null;
  why: string;
}

/** What is remembered of the runs of one transformation, at one backend, with inputs of one size class. */
interface Runs {
  count: number;
  failed: number;
  /** The later a run, the more it counts. */
  ms: number;
}

const LEAST_RUNS = 3;
const NEWEST_COUNTS = 0.3;
const MOST_KNOWN = 10_000;

/** How long the runs of this process took, by transformation, size of the input and backend. */
export class RunHistory {
  readonly #known = new Map<string, Runs>();

  /** Takes a job whose last attempt has just ended. */
  note(job: Job): void {
    const last = job.attempts.at(-1);
    if (!last?.endedAt || (last.outcome !== 'succeeded' && last.outcome !== 'failed')) return;
    const key = keyOf(job, last.backend);
    const known = this.#known.get(key) ?? { count: 0, failed: 0, ms: 0 };
    const ms = Math.max(0, Date.parse(last.endedAt) - Date.parse(last.startedAt));
    this.#known.delete(key);
    this.#known.set(key, {
      count: known.count + 1,
      failed: known.failed + (last.outcome === 'failed' ? 1 : 0),
      ms: known.count === 0 ? ms : known.ms + NEWEST_COUNTS * (ms - known.ms),
    });
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value ?? '');
  }

  /** A backend at which such a job mostly failed is expected to take as much longer. */
  estimate(job: Job, backend: string): RunEstimate {
    const runs = this.#known.get(keyOf(job, backend));
    if (!runs || runs.count < LEAST_RUNS)
      return { ms: null, why: `too few earlier runs to compare: ${runs?.count ?? 0}` };
    const succeeded = (runs.count - runs.failed) / runs.count;
    return {
      ms: Math.round(runs.ms / Math.max(succeeded, 0.01)),
      why: `${runs.count} earlier runs took ${Math.round(runs.ms)} ms, ${runs.failed} failed`,
    };
  }
}

function keyOf({ transformation, input }: Job, backend: string): string {
  return `${shortened(JSON.stringify(transformation))}/${sizeClass(input?.bytes ?? 0)}/${backend}`;
}

/** A long text by its digest, so that what is remembered stays small. */
function shortened(text: string): string {
  return text.length <= 128 ? text : sha256(text);
}

/** Sizes that differ by less than a factor of four are alike. */
function sizeClass(bytes: number): number {
  return Math.ceil(Math.log2(bytes + 1) / 2);
}
