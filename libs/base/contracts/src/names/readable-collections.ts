import { nameKey } from '@nestjs-spark/foundation/internal';
import { isHouseCollection } from './house-documents.ts';

/**
 * The collections of a module that one other module may read: the one answer to "may this requester see this collection?".
 * Names compare without regard to case. Spark's own collections are never readable, whatever is shared.
 */
export class ReadableCollections {
  readonly #names: ReadonlySet<string>;

  /** @param shared the collections that are shared with the requester */
  constructor(shared: readonly string[]) {
    this.#names = new Set(shared.filter((name) => !isHouseCollection(name)).map((name) => nameKey(name)));
  }

  has(collection: string): boolean {
    return this.#names.has(nameKey(collection));
  }
}
