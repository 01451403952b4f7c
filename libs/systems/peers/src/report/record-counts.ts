/** Counting again waits for this many times what it took, so that it never takes more than a twentieth of the time. */
const PAUSE = 20;

interface Counted {
  readonly records: number;
  /** When it may be counted again, in milliseconds of a monotonic clock. */
  readonly until: number;
}

/**
 * How many records each collection has. Whoever asks for a status asks for this, and with a million records counting takes 0.3 s: then
 * the last count serves for six seconds; with a few thousand, for some milliseconds.
 */
export class RecordCounts {
  readonly #count: (entity: string) => Promise<number>;
  readonly #now: () => number;
  readonly #counted = new Map<string, Counted>();
  readonly #counting = new Map<string, Promise<number>>();

  constructor(count: (entity: string) => Promise<number>, now: () => number = () => performance.now()) {
    this.#count = count;
    this.#now = now;
  }

  async of(entities: readonly string[]): Promise<Map<string, number>> {
    const counts = entities.map(async (entity) => [entity, await this.#of(entity)] as const);
    return new Map(await Promise.all(counts));
  }

  async #of(entity: string): Promise<number> {
    const counted = this.#counted.get(entity);
    if (counted && this.#now() < counted.until) return counted.records;
    const counting = this.#counting.get(entity) ?? this.#again(entity);
    this.#counting.set(entity, counting);
    return counting;
  }

  async #again(entity: string): Promise<number> {
    const began = this.#now();
    try {
      const records = await this.#count(entity);
      const ended = this.#now();
      this.#counted.set(entity, { records, until: ended + PAUSE * (ended - began) });
      return records;
    } finally {
      this.#counting.delete(entity);
    }
  }
}
