/** Longer than a requester needs between two requests. */
const KEPT_MS = 5_000;

interface Kept<V> {
  readonly value: V;
  readonly timer: NodeJS.Timeout;
}

/** Keeps one value for each key for a short time, or until it is taken. */
export class KeptBriefly<V extends object> {
  readonly #end: (value: V) => void;
  readonly #kept = new Map<string, Kept<V>>();

  /** @param end called with a value that nobody has taken in time */
  constructor(end: (value: V) => void = () => undefined) {
    this.#end = end;
  }

  /** Replaces the value of this key. */
  keep(key: string, value: V): void {
    this.#drop(key);
    const timer = setTimeout(() => this.#drop(key), KEPT_MS).unref();
    this.#kept.set(key, { value, timer });
  }

  /** Hands the value to the caller alone. @returns null when none is kept */
  take(key: string): V | null {
    const kept = this.#kept.get(key);
    if (!kept) return null;
    this.#kept.delete(key);
    clearTimeout(kept.timer);
    return kept.value;
  }

  #drop(key: string): void {
    const value = this.take(key);
    if (value) this.#end(value);
  }
}
