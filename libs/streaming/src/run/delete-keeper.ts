import type { ChangeFeed, LeaseKeeper, Log } from '@nestjs-spark/contracts/internal';
import { backoffMs, pause } from '../flow/backoff.ts';
import { Nudge } from '../flow/nudge.ts';
import type { Pace } from '../flow/pace.ts';
import type { CaptureReport } from './reports.ts';

/** Letting go of tombstones costs the store an index run, so it is not done at every step. */
const LET_GO_MS = 60_000;

/** Has the source keep its tombstones until every task has confirmed them. One instance of a module does it. */
export class DeleteKeeper {
  readonly #feed: ChangeFeed;
  readonly #report: Log;
  readonly #pace: Pace;
  readonly #stopped = new AbortController();
  readonly #moved = new Nudge();
  readonly #work: Promise<void>;
  #confirmed = 0;
  #made: Promise<void> | null = null;

  constructor(owner: string, feed: ChangeFeed, leases: LeaseKeeper, report: Log, pace: Pace) {
    this.#feed = feed;
    this.#report = report;
    this.#pace = pace;
    this.#work = leases
      .whileHeld(`deletes.${owner.toLowerCase()}`, this.#stopped.signal, (held) => this.#letGo(held))
      .catch((error: unknown) => report.error('Tombstones are no longer let go of', error));
  }

  /** Resolves when deletes are kept from now on: only then may a first read begin. */
  ready(signal: AbortSignal): Promise<void> {
    this.#made ??= this.#make(signal);
    return this.#made;
  }

  confirmed(reports: CaptureReport[]): void {
    const least = Math.min(...reports.map((report) => report.confirmedEtag));
    if (!Number.isFinite(least) || least <= this.#confirmed) return;
    this.#confirmed = least;
    this.#moved.nudge();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#work;
  }

  async #make(signal: AbortSignal): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#feed.keepDeletesAfter(0);
        return;
      } catch (error) {
        if (failures === 1) this.#report.warn(`Cannot yet have deletes kept: ${String(error)}; trying again`);
        await pause(backoffMs(failures, this.#pace.backoffMs), signal);
      }
    }
    this.#made = null;
  }

  async #letGo(held: AbortSignal): Promise<void> {
    while (!held.aborted) {
      await this.#moved.wait(held);
      if (held.aborted) return;
      try {
        await this.#feed.keepDeletesAfter(this.#confirmed);
      } catch (error) {
        this.#report.debug(`Tombstones are kept longer than needed: ${String(error)}`);
      }
      await pause(LET_GO_MS, held);
    }
  }
}
