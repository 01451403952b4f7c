/** Twice as long as an instance may be unasked while nobody looks. */
const FORGOTTEN_AFTER_MS = 150_000;
const MOST = 100;

/** The instances of a module by what has answered: a module says of each answer only which of them gave it. */
export class SeenInstances {
  readonly #at = new Map<string, number>();

  /** How many have answered lately, this one included. @param now milliseconds */
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
