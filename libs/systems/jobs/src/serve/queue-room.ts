import { ProblemError } from '@nestjs-spark/contracts';
import { endsWithin } from '@nestjs-spark/foundation/internal';
import type { JobStore } from '../job/store.ts';

/** The retry delay for a submitter when there is no room, in seconds. */
const FULL_RETRY_SECONDS = 5;
/** How long a count may be reused while there is plenty of room, in milliseconds. */
const COUNT_MS = 250;
/** How long to wait for jobs that are being stored before the room counts as used up, in milliseconds. */
const STORING_MS = 1_000;

/**
 * Keeps the jobs that have not ended within their bound, exactly within one process: those that are being stored count as stored. A job that waits
 * for its time counts as well, and one that no backend can take, or else such jobs could be parked without limit. Other processes only see them once they
 * are stored, so each may exceed the bound by the number it is storing at that moment.
 */
export class QueueRoom {
  readonly #most: number;
  readonly #store: Pick<JobStore, 'open'>;
  /** How many jobs each pending write will add. */
  readonly #coming = new Map<Promise<unknown>, number>();
  #counted = -Infinity;
  /** An upper bound for the jobs that have not ended: the last count plus those added since. */
  #open = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(most: number, store: Pick<JobStore, 'open'>) {
    this.#most = most;
    this.#store = store;
  }

  /** @throws {ProblemError} `tooMany` (429) if there is no room */
  async letIn<T>(jobs: number, add: () => Promise<T>): Promise<T> {
    if (!this.#hasPlenty(jobs)) {
      // Near the bound, each caller has to know the outcome of the previous one. Not with `InTurn`: the next caller would count before this one's
      // jobs are among those that are coming.
      const looked = this.#turn.then(() => this.#requireRoom(jobs));
      this.#turn = looked.catch(() => undefined);
      await looked;
    } else this.#open += jobs;
    const adding = add();
    this.#coming.set(adding, jobs);
    try {
      return await adding;
    } finally {
      this.#coming.delete(adding);
    }
  }

  #hasPlenty(jobs: number): boolean {
    return performance.now() - this.#counted < COUNT_MS && this.#open + jobs <= this.#most / 2;
  }

  async #requireRoom(jobs: number): Promise<void> {
    for (const until = performance.now() + STORING_MS; ;) {
      const coming = sumOf(this.#coming.values());
      this.#open = coming + jobs;
      const counted = await this.#store.open();
      this.#open += counted;
      this.#counted = performance.now();
      if (counted + coming + jobs <= this.#most) return;
      this.#open -= jobs;
      if (coming === 0 || performance.now() > until)
        throw new ProblemError(
          'tooMany',
          `${counted} jobs are waiting or running; the limit is ${this.#most}.`,
          {
            retryAfterSeconds: FULL_RETRY_SECONDS,
          },
        );
      // Some of those coming may be in the count already.
      await endsWithin(Promise.race(this.#coming.keys()), STORING_MS).catch(() => undefined);
    }
  }
}

function sumOf(counts: Iterable<number>): number {
  return [...counts].reduce((sum, count) => sum + count, 0);
}
