const FORGET_MS = 15_000;

/**
 * Work that is running or was done ahead, by key. Concurrent requests for the same key share it; work done ahead is handed out
 * once, and discarded after a while.
 */
export class Ahead<T> {
  readonly #prepared = new Map<string, { result: Promise<T>; forget: NodeJS.Timeout }>();
  readonly #running = new Map<string, Promise<T>>();

  /** The prepared result, a running one, or a new one. A failed preparation is ignored. */
  async get(key: string, work: () => Promise<T>): Promise<T> {
    const prepared = this.#prepared.get(key);
    if (prepared) {
      this.#drop(key);
      return prepared.result.catch(() => this.#share(key, work));
    }
    return this.#share(key, work);
  }

  prepare(key: string, work: () => Promise<T>): void {
    if (this.#prepared.has(key)) return;
    const result = this.#share(key, work);
    result.catch(() => undefined);
    const forget = setTimeout(() => this.#drop(key), FORGET_MS).unref();
    this.#prepared.set(key, { result, forget });
  }

  /** Discards prepared and running work: from now on requests get new work. */
  clear(): void {
    for (const key of this.#prepared.keys()) this.#drop(key);
    this.#running.clear();
  }

  // The timer holds a reference to what it would discard: left running, it keeps every page of the last seconds in memory.
  #drop(key: string): void {
    clearTimeout(this.#prepared.get(key)?.forget);
    this.#prepared.delete(key);
  }

  #share(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running) return running;
    const started = work().finally(() => {
      if (this.#running.get(key) === started) this.#running.delete(key);
    });
    this.#running.set(key, started);
    return started;
  }
}
