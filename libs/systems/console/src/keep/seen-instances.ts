/** Twice the interval between requests to an instance while no page is open. */
const FORGOTTEN_AFTER_MS = 150_000;
const MOST = 100;

/** Counts the instances of a module by their answers: each answer only names the instance that gave it. */
export class SeenInstances {
  readonly #at = new Map<string, number>();

  /** How many instances have answered recently, including this one. @param now milliseconds */
  count(instance: string | null, now = performance.now()): number {
    if (instance !== null) {
      this.#at.delete(instance);
      this.#at.set(instance, now);
    }
    for (const [name, at] of this.#at)
      if (at < now - FORGOTTEN_AFTER_MS || this.#at.size > MOST) this.#at.delete(name);
    return this.#at.size;
  }
}
