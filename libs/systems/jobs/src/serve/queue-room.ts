import { ProblemError } from '@nestjs-spark/contracts';
import { endsWithin } from '@nestjs-spark/foundation/internal';
import type { JobStore } from '../job/store.ts';

/** How long a submitter is asked to wait when the queue is full. */
const FULL_RETRY_SECONDS = 5;
/** How long a count of the queue serves while there is much room. */
const COUNT_MS = 250;
/** How long the answer waits for jobs that are being stored, before it is that the queue is full. */
const STORING_MS = 1_000;

/**
 * Keeps the queue within its bound, exactly for what one process lets in: jobs that are being stored count as stored. Another process
 * sees them only when they are, so each may let in too many by as many as it stores at that moment.
 */
export class QueueRoom {
  readonly #most: number;
  readonly #store: Pick<JobStore, 'queued'>;
  /** How many each storing that is under way will add. */
  readonly #coming = new Map<Promise<unknown>, number>();
  #counted = -Infinity;
  /** How many wait at most, with those that came since they were counted. */
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(most: number, store: Pick<JobStore, 'queued'>) {
    this.#most = most;
    this.#store = store;
  }

  /** @throws {ProblemError} `tooMany` (429) when there is no room */
  async letIn<T>(jobs: number, add: () => Promise<T>): Promise<T> {
    if (!this.#hasPlenty(jobs)) {
      // Near the bound each has to know what became of the one before.
      // Not with `InTurn`: the next one would look before this one is among those that are coming.
      const looked = this.#turn.then(() => this.#requireRoom(jobs));
      this.#turn = looked.catch(() => undefined);
      await looked;
    } else this.#waiting += jobs;
    const adding = add();
    this.#coming.set(adding, jobs);
    try {
      return await adding;
    } finally {
      this.#coming.delete(adding);
    }
  }

  #hasPlenty(jobs: number): boolean {
    return performance.now() - this.#counted < COUNT_MS && this.#waiting + jobs <= this.#most / 2;
  }

  async #requireRoom(jobs: number): Promise<void> {
    for (const until = performance.now() + STORING_MS; ;) {
      const coming = sumOf(this.#coming.values());
      this.#waiting = coming + jobs;
      const counted = sumOf(Object.values(await this.#store.queued(true)));
      this.#waiting += counted;
      this.#counted = performance.now();
      if (counted + coming + jobs <= this.#most) return;
      this.#waiting -= jobs;
      if (coming === 0 || performance.now() > until)
        throw new ProblemError('tooMany', `${counted} jobs are waiting; the limit is ${this.#most}.`, {
          retryAfterSeconds: FULL_RETRY_SECONDS,
        });
      // Some of what was coming may have been counted already.
      await endsWithin(Promise.race(this.#coming.keys()), STORING_MS).catch(() => undefined);
    }
  }
}

function sumOf(counts: Iterable<number>): number {
  return [...counts].reduce((sum, count) => sum + count, 0);
}
