/** Throttles work to at most once per interval; the first time is after one interval. */
export class Every {
  readonly #intervalMs: number;
  #last = performance.now();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  async due(work: () => Promise<void>): Promise<void> {
    if (performance.now() - this.#last < this.#intervalMs) return;
    this.#last = performance.now();
    await work();
  }
}
