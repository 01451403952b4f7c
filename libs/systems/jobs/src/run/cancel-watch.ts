import { pause, type Logger } from '@nestjs-spark/foundation/internal';
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

  /** Goes on where it was interrupted; each run also looks at its job by itself from time to time. */
  async run(signal: AbortSignal): Promise<void> {
    const say = (error: unknown): void =>
      this.#log.warn(`Requests to cancel are not heard for now: ${describeError(error)}`);
    while (!signal.aborted) {
      try {
        for await (const { job } of followOn(this.#store, signal, {}, say))
          if (job.status === 'Cancelling') this.#runs.get(job.jobId)?.();
      } catch (error) {
        say(error);
      }
      await pause(AGAIN_MS, signal);
    }
  }
}
