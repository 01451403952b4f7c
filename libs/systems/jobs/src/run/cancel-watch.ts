import { keepRunning, type Logger } from '@nestjs-spark/foundation/internal';
import { describeError } from '@nestjs-spark/foundation';
import type { JobStore } from '../job/store.ts';
import { followOn } from './follow-on.ts';

const AGAIN_MS = 500;

/** Hears of every job that is to be cancelled, and tells the run of this process, if it is one of its own. */
export class CancelWatch {
  readonly #store: JobStore;
  readonly #log: Logger;
  readonly #runs = new Map<string, () => void>();

  constructor(store: JobStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** Calls `cancel` when the job is to be cancelled. @returns a function that ends this */
  on(jobId: string, cancel: () => void): () => void {
    this.#runs.set(jobId, cancel);
    return () => {
      if (this.#runs.get(jobId) === cancel) this.#runs.delete(jobId);
    };
  }

  /** Continues where it was interrupted; each run also looks at its job from time to time. */
  async run(signal: AbortSignal): Promise<void> {
    const onFailure = (error: unknown): void =>
      this.#log.warn(`Requests to cancel cannot be received for now: ${describeError(error)}`);
    const follow = async (): Promise<void> => {
      for await (const { job } of followOn(this.#store, signal, {}, onFailure))
        if (job.status === 'Cancelling') this.#runs.get(job.jobId)?.();
    };
    await keepRunning(follow, { signal, policy: { waitMs: AGAIN_MS }, endMs: Infinity, onFailure });
  }
}
