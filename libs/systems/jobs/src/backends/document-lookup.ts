/** A document of an input. */
export interface InputDocument {
  id: string;
  document: object;
  length: number;
}

const MOST_BYTES = 64 * 1024 ** 2;
/** What an entry takes beside its id and its text. */
const ENTRY_BYTES = 200;

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
    // Held here: what is found now may take the place of what was kept.
    const known = new Map(
      keys.flatMap((key) => (this.#kept.has(key) ? [[key, this.#used(key)] as const] : [])),
    );
    const missing = new Set(keys.filter((key) => !known.has(key)));
    const found =
      missing.size > 0 && !this.#isWhole ? await this.#search(missing) : new Map<string, Buffer>();
    return keys.map((key) => found.get(key) ?? known.get(key) ?? null);
  }

  /** A kept document, which is now the one that was requested last. */
  #used(key: string): Buffer | null {
    const text = this.#kept.get(key) ?? null;
    this.#kept.delete(key);
    this.#kept.set(key, text);
    return text;
  }

  async #search(wanted: ReadonlySet<string>): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    for await (const { id, document, length } of this.#read()) {
      const key = id.toLowerCase();
      if (this.#isLarge && !wanted.has(key)) continue;
      const text = Buffer.from(JSON.stringify(document));
      if (wanted.has(key)) found.set(key, text);
      if (!this.#isLarge) this.#keep(key, text);
      if (this.#bytes + length + ENTRY_BYTES > this.#mostBytes) this.#isLarge = true;
    }
    this.#isWhole = !this.#isLarge;
    if (this.#isLarge) for (const key of wanted) this.#keep(key, found.get(key) ?? null);
    return found;
  }

  #keep(key: string, text: Buffer | null): void {
    this.#drop(key);
    this.#kept.set(key, text);
    this.#bytes += sizeOf(key, text);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#kept.delete(key)) this.#bytes -= sizeOf(key, kept);
  }
}

/** Ids count as well: an input may have millions of documents with next to nothing in them, and a script may ask for as many that do not exist. */
function sizeOf(key: string, text: Buffer | null): number {
  return ENTRY_BYTES + 2 * key.length + (text?.length ?? 0);
}
