/** How many different texts are remembered at once. */
const MOST = 200;

/** Lets the first of equal messages through, and then one per interval. */
export class Repeats {
  readonly #intervalMs: number;
  readonly #said = new Map<string, { at: number; leftOut: number }>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** How many equal messages were dropped since the last one logged; null: drop this one too. */
  leftOut(text: string, now: number): number | null {
    const before = this.#said.get(text);
    if (before && now - before.at < this.#intervalMs) {
      before.leftOut++;
      return null;
    }
    this.#said.delete(text);
    const [oldest] = this.#said.keys();
    if (oldest !== undefined && this.#said.size >= MOST) this.#said.delete(oldest);
    this.#said.set(text, { at: now, leftOut: 0 });
    return before?.leftOut ?? 0;
  }
}
