import type { Etag } from '@nestjs-spark/contracts';
import type { ChangeSource, LeaseKeeper } from '@nestjs-spark/contracts/internal';
import { type Logger, delayMs, doubling, pause, Nudge, nameKey } from '@nestjs-spark/foundation/internal';
import type { Pace } from '../task/pace.ts';

/** Releasing tombstones costs the store an index run, so it is not done at every step. */
const RELEASE_MS = 60_000;

/** Makes the source keep its tombstones until every task has confirmed them. One instance of a module does this. */
export class DeleteKeeper {
  readonly #source: ChangeSource;
  readonly #logger: Logger;
  readonly #pace: Pace;
  readonly #stopped = new AbortController();
  readonly #moved = new Nudge();
  readonly #leases: LeaseKeeper;
  readonly #lease: string;
  #confirmed = 0;
  #made: Promise<void> | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(owner: string, source: ChangeSource, leases: LeaseKeeper, logger: Logger, pace: Pace) {
    this.#source = source;
    this.#logger = logger;
    this.#pace = pace;
    this.#leases = leases;
    this.#lease = `deletes.${nameKey(owner)}`;
  }

  /**
   * Resolves when deletes are kept from now on: only then may a first read begin. A module that shares nothing never calls this.
   */
  ready(): Promise<void> {
    this.#made ??= this.#begin();
    return this.#made;
  }

  /** @param confirmed what each task's requester has confirmed of the current reading */
  confirmed(confirmed: Etag[]): void {
    const least = Math.min(...confirmed);
    if (!Number.isFinite(least)) return;
    const isMore = least > this.#confirmed;
    // Lower when a task now reads another database, of which nothing is confirmed yet.
    this.#confirmed = least;
    if (isMore) this.#moved.nudge();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#made;
    await this.#work;
  }

  async #begin(): Promise<void> {
    const { signal } = this.#stopped;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#source.keepDeletesAfter(0);
        break;
      } catch (error) {
        if (failures === 1) this.#logger.warn(`Deletes cannot be kept yet: ${String(error)}; trying again`);
        await pause(delayMs(doubling(this.#pace.backoffMs), failures), signal);
      }
    }
    this.#work = this.#leases
      .whileHeld(this.#lease, signal, (held) => this.#release(held))
      .catch((error: unknown) => this.#logger.error('Tombstones are no longer released', error));
  }

  async #release(held: AbortSignal): Promise<void> {
    while (!held.aborted) {
      await this.#moved.wait(held);
      if (held.aborted) return;
      try {
        await this.#source.keepDeletesAfter(this.#confirmed);
      } catch (error) {
        this.#logger.debug(`Tombstones are kept longer than needed: ${String(error)}`);
      }
      await pause(RELEASE_MS, held);
    }
  }
}
