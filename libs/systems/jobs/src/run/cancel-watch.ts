import { keepRunning, type Logger } from '@nestjs-spark/foundation/internal';
import { describeError } from '@nestjs-spark/foundation';
import type { JobStore } from '../job/store.ts';
import { followOn } from './follow-on.ts';

const AGAIN_MS = 500;
/** How long changes are still followed when no run needs them any more, so that the next one that lasts does not have to wait. */
const LINGER_MS = 10_000;

/** The cancel requests that this process receives for one of its jobs. */
export class CancelRequests {
  readonly #hear: () => Promise<boolean>;
  #isRequested = false;
  #cancel: (() => void) | null = null;

  constructor(hear: () => Promise<boolean>) {
    this.#hear = hear;
  }

  /**
   * Requests are received from the time when this resolves.
   * @returns whether none can have been missed since `listen`; otherwise the job itself has to be checked
   */
  hear(): Promise<boolean> {
    return this.#hear();
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

/**
 * Receives all cancel requests, and forwards those for runs of this process. A store tells of them among all other changes, so it only
 * follows those while a run lasts long enough to be worth it.
 */
export class CancelWatch {
  readonly #store: JobStore;
  readonly #log: Logger;
  readonly #lingerMs: number;
  readonly #taken = new Map<string, CancelRequests>();
  readonly #hearing = new Set<CancelRequests>();
  /** Ends following the changes; null while nothing follows them. */
  #following: AbortController | null = null;
  #wanted = Promise.withResolvers<void>();
  #tried = Promise.withResolvers<void>();
  #linger: NodeJS.Timeout | undefined;

  constructor(store: JobStore, log: Logger, lingerMs = LINGER_MS) {
    this.#store = store;
    this.#log = log;
    this.#lingerMs = lingerMs;
  }

  /** Listens for one job until `leave`. If called before the job is written as running, `hear` can rule out a missed request. */
  listen(jobId: string): CancelRequests {
    const since = this.#following;
    const requests = new CancelRequests(async () => {
      this.#hearing.add(requests);
      clearTimeout(this.#linger);
      this.#wanted.resolve();
      if (this.#following === null) await this.#tried.promise;
      return since !== null && since === this.#following;
    });
    this.#taken.set(jobId, requests);
    return requests;
  }

  leave(jobId: string, requests: CancelRequests): void {
    if (this.#taken.get(jobId) === requests) this.#taken.delete(jobId);
    if (this.#hearing.delete(requests)) this.#endUnlessWanted();
  }

  /** Resumes after interruptions; in addition, each run checks its job from time to time. */
  async run(signal: AbortSignal): Promise<void> {
    const onFailure = (error: unknown): void =>
      this.#log.warn(`Requests to cancel cannot be received for now: ${describeError(error)}`);
    const follow = async (): Promise<void> => {
      await this.#untilWanted(signal);
      if (signal.aborted) return;
      const from = { after: await this.#position(), status: 'Cancelling' } as const;
      const ends = AbortSignal.any([signal, this.#begin().signal]);
      try {
        for await (const { job } of followOn(this.#store, ends, from, onFailure))
          this.#taken.get(job.jobId)?.request();
      } finally {
        // Who asks from now on waits for the next one.
        this.#following = null;
      }
    };
    signal.addEventListener('abort', () => this.#wanted.resolve(), { once: true });
    await keepRunning(follow, { signal, policy: { waitMs: AGAIN_MS }, endMs: Infinity, onFailure });
    clearTimeout(this.#linger);
    this.#haveTried();
  }

  async #position(): Promise<number> {
    try {
      return await this.#store.position();
    } catch (error) {
      this.#haveTried();
      throw error;
    }
  }

  async #untilWanted(signal: AbortSignal): Promise<void> {
    if (this.#hearing.size > 0 || signal.aborted) return;
    this.#wanted = Promise.withResolvers();
    await this.#wanted.promise;
  }

  #begin(): AbortController {
    const following = new AbortController();
    this.#following = following;
    this.#haveTried();
    this.#endUnlessWanted();
    return following;
  }

  /** Whoever waits for an attempt to follow goes on, whether it succeeded or not. */
  #haveTried(): void {
    this.#tried.resolve();
    this.#tried = Promise.withResolvers();
  }

  #endUnlessWanted(): void {
    clearTimeout(this.#linger);
    if (this.#hearing.size > 0) return;
    const end = (): void => {
      this.#following?.abort();
      this.#following = null;
    };
    this.#linger = setTimeout(end, this.#lingerMs).unref();
  }
}
