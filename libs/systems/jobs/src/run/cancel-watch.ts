import { keepRunning, type Logger } from '@nestjs-spark/foundation/internal';
import { describeError } from '@nestjs-spark/foundation';
import type { JobStore } from '../job/store.ts';
import { followOn } from './follow-on.ts';

const AGAIN_MS = 500;

/** The cancel requests that this process receives for one of its jobs. */
export class CancelRequests {
  /** Whether it has received all of them from the start. Otherwise the job itself has to be checked. */
  readonly hearsAll: boolean;
  #isRequested = false;
  #cancel: (() => void) | null = null;

  constructor(hearsAll: boolean) {
    this.hearsAll = hearsAll;
  }

  /** Calls `cancel` when the job is to be cancelled; immediately if the request was received before. */
  on(cancel: () => void): void {
    this.#cancel = cancel;
    if (this.#isRequested) cancel();
  }

  request(): void {
    this.#isRequested = true;
    this.#cancel?.();
  }
}

/** Receives all cancel requests, and forwards those for runs of this process. */
export class CancelWatch {
  readonly #store: JobStore;
  readonly #log: Logger;
  readonly #taken = new Map<string, CancelRequests>();
  #isFollowing = false;

  constructor(store: JobStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** Listens for one job until `leave`. If called before the job is written as running, no request is missed. */
  listen(jobId: string): CancelRequests {
    const requests = new CancelRequests(this.#isFollowing);
    this.#taken.set(jobId, requests);
    return requests;
  }

  leave(jobId: string, requests: CancelRequests): void {
    if (this.#taken.get(jobId) === requests) this.#taken.delete(jobId);
  }

  /** Resumes after interruptions; in addition, each run checks its job from time to time. */
  async run(signal: AbortSignal): Promise<void> {
    const onFailure = (error: unknown): void =>
      this.#log.warn(`Requests to cancel cannot be received for now: ${describeError(error)}`);
    const follow = async (): Promise<void> => {
      this.#isFollowing = false;
      const from = { after: await this.#store.position(), status: 'Cancelling' } as const;
      this.#isFollowing = true;
      for await (const { job } of followOn(this.#store, signal, from, onFailure))
        this.#taken.get(job.jobId)?.request();
    };
    await keepRunning(follow, { signal, policy: { waitMs: AGAIN_MS }, endMs: Infinity, onFailure });
  }
}
