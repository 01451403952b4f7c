import type { QueuedJob } from '../job/store.ts';

type Give = (job: QueuedJob | null) => void;

interface Waiting {
  give: Give;
  /** Aborted when it stops waiting. */
  signal: AbortSignal;
}

/** Those who wait for a job, in the order in which they came. */
export class Takers {
  /** Not a map keyed by function: removed ones would be collected only with the old generation, and with them every job. */
  #waiting: Waiting[] = [];
  /** One listener for each: a worker waits under the same signal again and again. */
  readonly #heard = new WeakSet<AbortSignal>();

  get size(): number {
    return this.#waiting.length;
  }

  /** Waits for a job; null when aborted or sent away. */
  wait(signal: AbortSignal): Promise<QueuedJob | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (!this.#heard.has(signal)) {
      this.#heard.add(signal);
      signal.addEventListener('abort', () => this.#sendAway((one) => one === signal), { once: true });
    }
    return new Promise((give) => this.#waiting.push({ give, signal }));
  }

  /** Gives a job to the first. @returns false when nobody waits */
  give(job: QueuedJob): boolean {
    const first = this.#waiting.shift();
    first?.give(job);
    return first !== undefined;
  }

  sendAway(): void {
    this.#sendAway(() => true);
  }

  #sendAway(isMeant: (signal: AbortSignal) => boolean): void {
    const meant = this.#waiting.filter(({ signal }) => isMeant(signal));
    this.#waiting = this.#waiting.filter((one) => !meant.includes(one));
    for (const { give } of meant) give(null);
  }
}
