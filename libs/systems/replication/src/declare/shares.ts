import { ReadableCollections } from '@nestjs-spark/contracts/internal';
import { nameKey, sameName } from '@nestjs-spark/foundation/internal';

/** One `@Shared()` class: a collection of this module and which modules may copy it. */
export interface Share {
  collection: string;
  /** Module names; `*` stands for every authenticated module. */
  with: readonly string[];
}

/** What this module lets others take. Names compare without regard to case; nothing is shared unless it was declared. */
export class Shares {
  private readonly shares: readonly Share[];

  constructor(shares: readonly Share[]) {
    this.shares = shares;
  }

  /** Everything declared. */
  all(): readonly Share[] {
    return this.shares;
  }

  /** The collections that `requester` may take, as they were written in the declarations. */
  collectionsFor(requester: string): string[] {
    const admitted = this.shares.filter((share) => admits(share, requester));
    return [...new Map(admitted.map(({ collection }) => [nameKey(collection), collection])).values()];
  }

  /** Whether `requester` may take `collection` now. */
  isShared(collection: string, requester: string): boolean {
    return new ReadableCollections(this.collectionsFor(requester)).has(collection);
  }
}

function admits(share: Share, requester: string): boolean {
  return share.with.some((module) => module === '*' || sameName(module, requester));
}
