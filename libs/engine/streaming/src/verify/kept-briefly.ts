/** Longer than a requester needs between two questions. */
const KEPT_MS = 5_000;

interface Kept<V> {
  readonly value: V;
  readonly timer: NodeJS.Timeout;
}

/** Keeps one value for each key for a while, until it is taken. */
export class KeptBriefly<V extends object> {
  readonly #end: (value: V) => void;
  readonly #kept = new Map<string, Kept<V>>();

  /** @param end what becomes of a value that nobody has taken */
  constructor(end: (value: V) => void = () => undefined) {
    this.#end = end;
  }

  /** In place of what is kept for this key. */
  keep(key: string, value: V): void {
    this.#drop(key);
    const timer = setTimeout(() => this.#drop(key), KEPT_MS).unref();
    this.#kept.set(key, { value, timer });
  }

  /** Nobody else has it from now on. @returns null when none is kept */
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
