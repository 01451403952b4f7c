import type { Job, JobTransition } from '../job/job.ts';
import { isTerminal } from '../job/status.ts';
import type { StoredJob } from '../job/store.ts';
import { eventOf, type JobEventData } from './view.ts';

/** A change of status as delivered by a feed. */
export interface ToldChange {
  /** Null if more changes follow under the same revision: a reader resuming after it would miss those. */
  sequence: number | null;
  /** The revision of the write that contained it. */
  revision: number;
  /** The number of the change within its job, starting at 1. */
  change: number;
  /** When the job was submitted: once it is no longer kept, its key can create another one with the same id. */
  submittedAt: string;
  type: string;
  data: JobEventData;
}

/**
 * Yields every change of status once to one reader. A job's record has all of its changes, so several from one write are included, and also those
 * whose own message has left the queue.
 */
export class Untold {
  readonly #told = new Map<string, number>();
  #after: number | undefined;
  #read: number;

  /** @param after the last revision that the reader knows */
  constructor(after: number | undefined) {
    this.#after = after;
    this.#read = after ?? 0;
  }

  of({ job, revision }: StoredJob): ToldChange[] {
    this.#beginAgainAt(revision);
    const { jobId, transitions } = job;
    const from = this.#told.get(jobId) ?? this.#knownTo(job);
    if (isTerminal(job.status)) this.#told.delete(jobId);
    else this.#told.set(jobId, transitions.length);
    return transitions.slice(from).map((transition, index) => {
      const following = transitions[from + index + 1];
      const own = transition.revision ?? revision;
      return {
        sequence: following?.revision === own ? null : own,
        revision: own,
        change: from + index + 1,
        submittedAt: job.createdAt,
        type: `job.${transition.status.toLowerCase()}`,
        data: following ? eventThen(job, transition, from + index) : eventOf(job),
      };
    });
  }

  /** An earlier revision is that of another store, one that was emptied: a reader knows nothing of that, whatever number it has. */
  #beginAgainAt(revision: number): void {
    if (revision <= this.#read) {
      this.#after = 0;
      this.#told.clear();
    }
    this.#read = revision;
  }

  /** A reader without a position only wants what is new: the last change. */
  #knownTo({ transitions }: Job): number {
    if (this.#after === undefined) return transitions.length - 1;
    const after = this.#after;
    return transitions.filter(({ revision = Infinity }) => revision <= after).length;
  }
}

/** The event as it was at the time of the change. */
function eventThen(job: Job, { status, at }: JobTransition, index: number): JobEventData {
  const attempt = job.transitions.slice(0, index + 1).filter((one) => one.status === 'Running').length;
  const { backend = null, cause = null } = job.attempts[attempt - 1] ?? {};
  return eventOf({
    ...job,
    status,
    attempt,
    backend,
    cause: status === 'Retrying' ? cause : null,
    transitions: [{ status, at, by: '' }],
  });
}
