import { keepRunning, type Logger } from '@nestjs-spark/foundation/internal';
import { describeError } from '@nestjs-spark/foundation';
import type { JobStore } from '../job/store.ts';

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

  /** Each run sees what was missed during a disturbance at its next look at its job. */
  async run(signal: AbortSignal): Promise<void> {
    const follow = async (): Promise<void> => {
      for await (const { job } of this.#store.follow(signal))
        if (job.status === 'Cancelling') this.#runs.get(job.jobId)?.();
    };
    await keepRunning(follow, {
      signal,
      policy: { waitMs: AGAIN_MS },
      endMs: Infinity,
      onFailure: (error) =>
        this.#log.warn(`Requests to cancel cannot be received for now: ${describeError(error)}`),
    });
  }
}
