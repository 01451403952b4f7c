import { ProblemError } from '@nestjs-spark/contracts';
import { endsWithin, Places } from '@nestjs-spark/foundation/internal';
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
  /** The writes that are under way, and how many jobs each will add. */
  readonly #coming = new Places<{ adding: Promise<unknown>; jobs: number }>();
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
    if (!this.#isPlenty(jobs)) {
      // Near the bound, each caller has to know the outcome of the previous one. Not with `InTurn`: the next caller would count before this one's
      // jobs are among those that are coming.
      // Most that have waited for a count have plenty of room after it.
      const looked = this.#turn.then(() => (this.#isPlenty(jobs) ? undefined : this.#requireRoom(jobs)));
      this.#turn = looked.catch(() => undefined);
      await looked;
    }
    const adding = add();
    const leave = this.#coming.add({ adding, jobs });
    try {
      return await adding;
    } finally {
      leave();
    }
  }

  /** Whether there is certainly room for them, without counting; if so, adds them to the bound. */
  #isPlenty(jobs: number): boolean {
    const isPlenty = performance.now() - this.#counted < COUNT_MS && this.#open + jobs <= this.#most / 2;
    if (isPlenty) this.#open += jobs;
    return isPlenty;
  }

  async #requireRoom(jobs: number): Promise<void> {
    for (const until = performance.now() + STORING_MS; ;) {
      const coming = this.#coming.all().reduce((sum, one) => sum + one.jobs, 0);
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
      const first = Promise.race(this.#coming.all().map(({ adding }) => adding));
      await endsWithin(first, STORING_MS).catch(() => undefined);
    }
  }
}
