import type { QueuedJob } from '../job/store.ts';

/** Those who wait for a job, in the order in which they came. */
export class Takers {
  readonly #waiting = new Set<(job: QueuedJob | null) => void>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Waits for a job; null when aborted or sent away. */
  wait(signal: AbortSignal): Promise<QueuedJob | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = (): void => give(null);
      const give = (job: QueuedJob | null): void => {
        this.#waiting.delete(give);
        signal.removeEventListener('abort', leave);
        resolve(job);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(give);
    });
  }

  /** Gives a job to the first. @returns false when nobody waits */
  give(job: QueuedJob): boolean {
    const [first] = this.#waiting;
    first?.(job);
    return first !== undefined;
  }

  sendAway(): void {
    for (const give of this.#waiting) give(null);
  }
}
