export interface CollectionCounts {
  total: number;
  byCollection: Map<string, number>;
}

const REMEMBER_MS = 10_000;
const SMALL_SHARE = 1 / 8;
const SHORT_RANGE = 1_024;

/** How much of the database a collection is, as of some seconds ago: it only decides how to read, not what. */
export class ShareOfDatabase {
  readonly #count: () => Promise<CollectionCounts>;
  #counted: Promise<CollectionCounts> | null = null;
  #countedAt = -Infinity;

  constructor(count: () => Promise<CollectionCounts>) {
    this.#count = count;
  }

  /** @param collection in lower case */
  async of(collection: string): Promise<number> {
    const known = this.#counted;
    if (performance.now() - this.#countedAt >= REMEMBER_MS) this.#refresh(known);
    const { total, byCollection } = await (known ?? this.#counted ?? this.#count());
    return total === 0 ? 1 : (byCollection.get(collection) ?? 0) / total;
  }

  /** Nobody waits for it who has an older answer. */
  #refresh(known: Promise<CollectionCounts> | null): void {
    this.#countedAt = performance.now();
    const counting = this.#count();
    this.#counted ??= counting;
    counting.then(
      () => (this.#counted = counting),
      () => {
        this.#counted = known;
        this.#countedAt = -Infinity;
      },
    );
  }
}

/** Near the end of the changes one short page is cheapest whatever is in it. */
export function isSparse(share: number, etagsLeft: number): boolean {
  return isSmall(share) && etagsLeft > SHORT_RANGE;
}

export function isSmall(share: number): boolean {
  return share < SMALL_SHARE;
}
