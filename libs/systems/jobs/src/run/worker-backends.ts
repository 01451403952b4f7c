import { randomUUID } from 'node:crypto';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { keepRunning, pause } from '@nestjs-spark/foundation/internal';
import { ABSENT_MS } from '../job/backend.ts';
import type { Job, JobCause } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';
import { needsOf, offersOf, type Need, type OfferedBackend } from './worker-offers.ts';

/** How often each worker announces what it has and reads the announcements of others, in milliseconds. */
const LOOK_MS = 60_000;
/** What no worker has announced for this many looks in a row is expected to be in nobody's settings or code any more. */
const LOOKS = ABSENT_MS / LOOK_MS;

/** An offer that would do for a job, and that this worker does not make. */
interface Missed {
  /** Its latest announcement that was read; null if there was none. */
  readonly said: string | null;
  /** How many looks in a row have found no newer announcement. */
  readonly looks: number;
}

/**
 * Tells a backend that is no longer in anybody's settings, or a handler that is in nobody's code, from one whose workers are busy:
 * once a minute, each worker announces in the store what it has. An announcement is only compared with the one before it, so clocks
 * do not matter, and counting starts over after an outage of the store, during which nobody could announce anything.
 */
export class WorkerBackends {
  readonly #backends: readonly OfferedBackend[];
  readonly #store: Pick<JobStore, 'remember' | 'recall'>;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #missed = new Map<string, Missed>();

  constructor(
    backends: readonly OfferedBackend[],
    store: Pick<JobStore, 'remember' | 'recall'>,
    log: Pick<Logger, 'warn'>,
  ) {
    this.#backends = backends;
    this.#store = store;
    this.#log = log;
  }

  /** @returns when aborted */
  run(signal: AbortSignal): Promise<void> {
    const lookAndWait = async (): Promise<void> => {
      await this.look();
      await pause(LOOK_MS, signal);
    };
    return keepRunning(lookAndWait, {
      signal,
      policy: { waitMs: LOOK_MS },
      onFailure: (error) =>
        this.#log.warn(`This worker cannot announce to the others what it has: ${describeError(error)}`),
    });
  }

  /**
   * Announces what this worker has, and reads the announcements of what jobs need and it does not have.
   * @throws what the store throws
   */
  async look(): Promise<void> {
    try {
      for (const what of this.#own()) await this.#store.remember(keyOf(what), randomUUID());
      for (const [what, { said, looks }] of this.#missed) {
        const found = await this.#store.recall(keyOf(what));
        this.#missed.set(what, { said: found, looks: found === said ? looks + 1 : 0 });
      }
    } catch (error) {
      this.#missed.clear();
      throw error;
    }
  }

  /**
   * Why a queued job that no backend here takes cannot run anywhere any more; null while some worker may take it. What was never
   * announced may belong to a worker of an earlier version.
   * @throws what the store throws
   */
  async whyNowhere(job: Job): Promise<JobCause | null> {
    const own = this.#own();
    for (const need of needsOf(job)) {
      if (need.offers.some((offer) => own.has(offer))) continue;
      if (await this.#isGone(need)) return need.cause;
    }
    return null;
  }

  /** Whether one of its offers was once made, and none has been for long. */
  async #isGone({ offers }: Need): Promise<boolean> {
    const missed = offers.map((offer) => ({ offer, ...(this.#missed.get(offer) ?? NEVER) }));
    for (const { offer, said, looks } of missed) this.#missed.set(offer, { said, looks });
    const made = missed.filter(({ said }) => said !== null);
    if (made.length === 0 || made.some(({ looks }) => looks < LOOKS)) return false;
    // A worker may have announced one since the last look: an operator who restores a backend retries its jobs at once.
    const again = await Promise.all(offers.map((offer) => this.#store.recall(keyOf(offer))));
    const news = missed.map((before, at) => ({ ...before, now: again[at] ?? null }));
    for (const { offer, said, now } of news)
      if (now !== said) this.#missed.set(offer, { said: now, looks: 0 });
    return news.every(({ said, now }) => now === said);
  }

  #own(): Set<string> {
    return new Set(this.#backends.flatMap(offersOf));
  }
}

const NEVER: Missed = { said: null, looks: 0 };

/** Encoded, because the names of backends and handlers may contain characters that are not allowed in keys. */
function keyOf(what: string): string {
  return `workers-${Buffer.from(what).toString('base64url')}`;
}
