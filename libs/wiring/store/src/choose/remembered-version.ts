import { performance } from 'node:perf_hooks';
import { endsWithin } from '@nestjs-spark/foundation/internal';

/** A server can be updated while the application runs. */
const KNOWN_MS = 60_000;
/** Maximum wait for a silent server. */
const PATIENCE_MS = 2_000;

/** The version of a store, requested on demand by one query at a time. */
export class RememberedVersion {
  readonly #ask: () => Promise<string | null>;
  readonly #now: () => number;
  #known: { version: string | null; at: number } | null = null;
  #asking: Promise<void> | null = null;

  /** @param now milliseconds of a monotonic clock */
  constructor(ask: () => Promise<string | null>, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Null until the store has answered. Never throws. */
  async look(): Promise<string | null> {
    if (this.#known === null || this.#now() - this.#known.at >= KNOWN_MS) {
      this.#asking ??= this.#askOnce();
      await endsWithin(this.#asking, PATIENCE_MS);
    }
    return this.#known?.version ?? null;
  }

  async #askOnce(): Promise<void> {
    try {
      this.#known = { version: await this.#ask(), at: this.#now() };
    } catch {
      // Asked again next time; health reports why it is unavailable.
    } finally {
      this.#asking = null;
    }
  }
}
