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

  constructor(count: () => Promise<CollectionCounts>) {
    this.#count = count;
  }

  /** @param collection in lower case */
  async of(collection: string): Promise<number> {
    if (!this.#counted) {
      this.#counted = this.#count();
      const forget = () => (this.#counted = null);
      this.#counted.then(() => setTimeout(forget, REMEMBER_MS).unref(), forget);
    }
    const { total, byCollection } = await this.#counted;
    return total === 0 ? 1 : (byCollection.get(collection) ?? 0) / total;
  }
}

/** Near the end of the changes one short page is cheapest whatever is in it. */
export function isSparse(share: number, etagsLeft: number): boolean {
  return share < SMALL_SHARE && etagsLeft > SHORT_RANGE;
}
