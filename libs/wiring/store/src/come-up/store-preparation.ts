import type { IndexDefinition } from '@nestjs-spark/ravendb';
import { messageOf, persist, type Logger, type RetryPolicy } from '@nestjs-spark/foundation/internal';

const STARTING: RetryPolicy = { waitMs: [500, 1_000, 2_000, 5_000] };

/** Creates what is missing; `signal` aborts when the application shuts down. */
export type Prepare = (indexes: readonly IndexDefinition[], signal: AbortSignal) => Promise<void>;

/** The state of the preparation: ready, or why not yet. */
export interface StoreReadiness {
  ready: boolean;
  /** For operators: why it is not ready, or what is wrong although it is, such as a full disk; otherwise null. */
  reason: string | null;
}

/**
 * Prepares the store in the background, for as long as it takes: an application whose database is unavailable starts,
 * reports that it is not ready, and becomes ready when the database is available.
 */
export class StorePreparation {
  readonly #prepare: Prepare;
  readonly #log: Logger;
  readonly #trouble: () => string | null;
  readonly #indexes: IndexDefinition[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #reason: string | null = 'the store has not been checked yet';

  /** @param trouble what is wrong with a reachable store; null when nothing is */
  constructor(prepare: Prepare, log: Logger, trouble: () => string | null = () => null) {
    this.#prepare = prepare;
    this.#log = log;
    this.#trouble = trouble;
  }

  /** To be called before the start. */
  addIndexes(indexes: readonly IndexDefinition[]): void {
    this.#indexes.push(...indexes);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  readiness(): StoreReadiness {
    return { ready: this.#reason === null, reason: this.#reason ?? this.#trouble() };
  }

  /** Resolves when the store can be used, or when `signal` aborts: work that needs it from startup waits for this. */
  async whenReady(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#running, aborted]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let waited = false;
    const prepare = async () => {
      await this.#prepare(this.#indexes, signal);
      this.#reason = null;
      if (waited) this.#log.log('The store is ready');
    };
    await persist(prepare, {
      signal,
      policy: STARTING,
      endMs: Infinity,
      onFailure: (error) => {
        waited = true;
        this.#reason = messageOf(error);
        this.#log.warn(`The store is not ready, trying again: ${this.#reason}`);
      },
    });
  }
}
