import type { QueuedJob } from '../job/store.ts';

type Give = (job: QueuedJob | null) => void;

/** Those who wait for a job, in the order in which they came. */
export class Takers {
  /** With what sends each away. */
  readonly #waiting = new Map<Give, AbortSignal>();
  /** One listener for each: a worker waits under the same signal again and again. */
  readonly #heard = new WeakSet<AbortSignal>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Waits for a job; null when aborted or sent away. */
  wait(signal: AbortSignal): Promise<QueuedJob | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (!this.#heard.has(signal)) {
      this.#heard.add(signal);
      signal.addEventListener('abort', () => this.#sendAway((one) => one === signal), { once: true });
    }
    return new Promise((resolve) => this.#waiting.set(resolve, signal));
  }

  /** Gives a job to the first. @returns false when nobody waits */
  give(job: QueuedJob): boolean {
    for (const first of this.#waiting.keys()) {
      this.#waiting.delete(first);
      first(job);
      return true;
    }
    return false;
  }

  sendAway(): void {
    this.#sendAway(() => true);
  }

  #sendAway(isMeant: (signal: AbortSignal) => boolean): void {
    for (const [give, signal] of this.#waiting) {
      if (!isMeant(signal)) continue;
      this.#waiting.delete(give);
      give(null);
    }
  }
}
