const WINDOW_MS = 2_000;

/** The read rates of pipelines in records per second, over the last seconds. */
export class Rates {
  readonly #samples = new Map<string, { at: number; read: number; rate: number }>();

  of(name: string, read: number): number {
    const now = performance.now();
    const before = this.#samples.get(name);
    if (!before || read < before.read) {
      this.#samples.set(name, { at: now, read, rate: 0 });
      return 0;
    }
    if (now - before.at < WINDOW_MS) return before.rate;
    const rate = Math.round(((read - before.read) * 1_000) / (now - before.at));
    this.#samples.set(name, { at: now, read, rate });
    return rate;
  }
}
