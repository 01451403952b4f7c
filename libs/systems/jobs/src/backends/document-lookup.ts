/** A document of an input. */
export interface InputDocument {
  id: string;
  document: object;
  length: number;
}

const MOST_BYTES = 64 * 1024 ** 2;

/**
 * Finds documents of an input for `load(id)`. The first lookup reads the whole input. A small input is kept entirely; of a large one, only
 * requested documents are, and the least recently requested are dropped first. Repeated loads of the same documents thus do not read it again.
 */
export class DocumentLookup {
  readonly #read: () => AsyncIterable<InputDocument>;
  readonly #mostBytes: number;
  readonly #kept = new Map<string, Buffer | null>();
  #bytes = 0;
  #isWhole = false;
  #isLarge = false;

  constructor(read: () => AsyncIterable<InputDocument>, mostBytes = MOST_BYTES) {
    this.#read = read;
    this.#mostBytes = mostBytes;
  }

  async find(ids: readonly string[]): Promise<(Uint8Array | null)[]> {
    const keys = ids.map((id) => id.toLowerCase());
    const missing = new Set(keys.filter((key) => !this.#kept.has(key)));
    const found =
      missing.size > 0 && !this.#isWhole ? await this.#search(missing) : new Map<string, Buffer>();
    return keys.map((key) => found.get(key) ?? this.#kept.get(key) ?? null);
  }

  async #search(wanted: ReadonlySet<string>): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    for await (const { id, document, length } of this.#read()) {
      const key = id.toLowerCase();
      if (this.#isLarge && !wanted.has(key)) continue;
      const text = Buffer.from(JSON.stringify(document));
      if (wanted.has(key)) found.set(key, text);
      if (!this.#isLarge) this.#keep(key, text);
      if (this.#bytes + length > this.#mostBytes) this.#isLarge = true;
    }
    this.#isWhole = !this.#isLarge;
    if (this.#isLarge) for (const key of wanted) this.#keep(key, found.get(key) ?? null);
    return found;
  }

  #keep(key: string, text: Buffer | null): void {
    this.#bytes += (text?.length ?? 0) - (this.#kept.get(key)?.length ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, text);
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= kept?.length ?? 0;
    }
  }
}
