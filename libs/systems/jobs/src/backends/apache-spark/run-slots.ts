/** Limits concurrency; the others wait in order. */
export class RunSlots {
  readonly size: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(size: number) {
    this.size = size;
  }

  get isFull(): boolean {
    return this.#taken >= this.size;
  }

  /** @throws the signal's reason if it is aborted while waiting */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.isFull) await this.#turn(signal);
    else this.#taken++;
    try {
      return await work();
    } finally {
      // The slot passes directly to the next in line, so that no other caller can take it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken--;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const go = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const stop = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(go), 1);
      reject(signal.reason as Error);
    };
    this.#waiting.push(go);
    signal.addEventListener('abort', stop, { once: true });
    return promise;
  }
}
