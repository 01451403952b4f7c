export interface CollectionCounts {
  total: number;
  byCollection: Map<string, number>;
}

const REMEMBER_MS = 10_000;
const SMALL_SHARE = 1 / 8;
const SHORT_RANGE = 1_024;

/** A collection's share of the database, some seconds old: it only decides how to read, not what. */
export class ShareOfDatabase {
  readonly #count: () => Promise<CollectionCounts>;
  #counted: Promise<CollectionCounts> | null = null;
  #countedAt = -Infinity;

  constructor(count: () => Promise<CollectionCounts>) {
    this.#count = count;
  }

  /** @param collection in lower case */
  async of(collection: string): Promise<number> {
    const { total, byCollection } = await this.#recent();
    return total === 0 ? 1 : (byCollection.get(collection) ?? 0) / total;
  }

  /** Recounted after a while; callers do not wait for that if there is an older result. */
  #recent(): Promise<CollectionCounts> {
    const due = performance.now() - this.#countedAt >= REMEMBER_MS;
    if (this.#counted && !due) return this.#counted;
    this.#countedAt = performance.now();
    const before = this.#counted;
    const counting = this.#count();
    counting.then(
      () => (this.#counted = counting),
      () => {
        this.#counted = before;
        this.#countedAt = -Infinity;
      },
    );
    this.#counted ??= counting;
    return this.#counted;
  }
}

/** Near the end of the changes one short page is always cheapest. */
export function isSparse(share: number, etagsLeft: number): boolean {
  return isSmall(share) && etagsLeft > SHORT_RANGE;
}

export function isSmall(share: number): boolean {
  return share < SMALL_SHARE;
}
