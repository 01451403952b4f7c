import { describeError } from '@nestjs-spark/foundation';
import { keepRunning, Places } from '@nestjs-spark/foundation/internal';
import type { QueuedJob } from '../job/store.ts';
import { claim } from './claim.ts';
import { OneRun } from './one-run.ts';
import type { RunnerParts } from './parts.ts';

/** The delay before jobs are taken again after a failure, in milliseconds. */
const AGAIN_MS = 1_000;
/** The delay before a job that no backend can take is offered again, in milliseconds; it grows each time. */
const LATER_MS = 1_000;
const LONGEST_LATER_MS = 10_000;

/** Takes jobs from the store and executes them, up to a number at once. */
export class JobRunner {
  readonly #parts: RunnerParts;
  readonly #concurrency: number;
  readonly #ending = new AbortController();
  /** Instead of a listener on the signal for each run: adding and removing one costs more than a small run should. */
  readonly #runs = new Places<OneRun>();
  #running: Promise<unknown> | undefined;

  constructor(parts: RunnerParts, concurrency: number) {
    this.#parts = parts;
    this.#concurrency = concurrency;
  }

  start(): void {
    this.#running ??= Promise.all([
      this.#parts.cancels.run(this.#ending.signal),
      this.#parts.workers.run(this.#ending.signal),
      ...Array.from({ length: this.#concurrency }, () => this.#takeOneAfterTheOther()),
    ]);
  }

  /** Takes no more jobs and leaves running ones to others: with a durable store, another process continues them. */
  async stop(): Promise<void> {
    this.#ending.abort();
    for (const run of this.#runs.all()) run.leave();
    await this.#running;
  }

  #takeOneAfterTheOther(): Promise<void> {
    const { signal } = this.#ending;
    const takeOne = async (): Promise<void> => {
      const queued = await this.#parts.store.take(signal);
      if (queued) await this.#execute(queued);
    };
    return keepRunning(takeOne, {
      signal,
      policy: { waitMs: AGAIN_MS },
      endMs: Infinity,
      onFailure: (error) => this.#parts.log.warn(`Jobs cannot be run for now: ${describeError(error)}`),
    });
  }

  async #execute(queued: QueuedJob): Promise<void> {
    const { signal } = this.#ending;
    const { cancels } = this.#parts;
    const requests = cancels.listen(queued.jobId);
    let leave = (): void => {};
    try {
      const claimed = await claim(queued, this.#parts);
      // Other jobs get their turn meanwhile, perhaps on a backend that is available.
      if (claimed === 'later') return await queued.giveBack(laterMs(queued.times));
      if (claimed !== 'nothing') {
        const run = new OneRun(claimed, queued, requests, this.#parts);
        leave = this.#runs.add(run);
        const done = await run.execute(signal);
        if (done === 'later') return await queued.giveBack(laterMs(queued.times));
        if (done === 'taken') return;
      }
    } catch (error) {
      await queued.giveBack().catch(() => undefined);
      throw error;
    } finally {
      leave();
      cancels.leave(queued.jobId, requests);
    }
    if (signal.aborted) await queued.giveBack();
    else await queued.done();
  }
}

function laterMs(times: number): number {
  return Math.min(LONGEST_LATER_MS, LATER_MS * 2 ** Math.min(times - 1, 10));
}
