import { createHash } from 'node:crypto';
import { ReadableDocuments, type ReadRule } from '@nestjs-spark/contracts/internal';
import { nameKey, sameName } from '@nestjs-spark/foundation/internal';

/** One `@Shared()` class: a collection of this module, which modules may copy it, and what of it. */
export interface Share {
  collection: string;
  /** Module names; `*` stands for every authenticated module. */
  with: readonly string[];
  /** As `documentCutter` takes them; absent: whole documents. */
  fields?: readonly string[];
  /** The collections that scripts on this one may load; absent: all that are shared with their module. */
  load?: readonly string[];
}

/** What a requester's scripts on one collection may read. */
export interface Permission {
  /** The collection's own documents. */
  own: ReadRule;
  /** What `load` may see. */
  loadable: readonly ReadRule[];
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

  /** Whether `requester` may take `collection` now. */
  isShared(collection: string, requester: string): boolean {
    return new ReadableDocuments(this.sharedWith(requester)).has(collection);
  }

  /** What scripts of `requester` on `collection` may read; null when it is not shared with it. */
  permission(collection: string, requester: string): Permission | null {
    const shared = this.sharedWith(requester);
    const own = shared.find((share) => sameName(share.collection, collection));
    if (!own || !this.isShared(collection, requester)) return null;
    const { load } = own;
    const loadable = shared.filter((one) => load?.some((name) => sameName(name, one.collection)) ?? true);
    return { own: ruleOf(own), loadable: loadable.map(ruleOf) };
  }

  /**
   * What makes two permissions the same where one of them is bounded; absent: nothing is. Copies that were made under another one
   * may have too much, or too little.
   */
  bounds(collection: string, requester: string): string | undefined {
    const permission = this.permission(collection, requester);
    if (!permission) return undefined;
    const { own, loadable } = permission;
    const load = this.sharedWith(requester).find((one) => sameName(one.collection, collection))?.load;
    const restricted = loadable.filter(({ fields }) => fields !== undefined);
    if (own.fields === undefined && load === undefined && restricted.length === 0) return undefined;
    const text = JSON.stringify([
      own.fields?.toSorted() ?? null,
      load?.map(nameKey).toSorted() ?? null,
      restricted.map((one) => [nameKey(one.collection), one.fields?.toSorted()]).toSorted(),
    ]);
    return createHash('sha256').update(text).digest('hex').slice(0, 16);
  }

  /** The collections that scripts of `requester` on this one may load, in lower case and sorted. */
  loadable(collection: string, requester: string): string[] {
    const loadable = this.permission(collection, requester)?.loadable ?? [];
    return loadable.map((rule) => nameKey(rule.collection)).toSorted();
  }

  /** One for each collection: what several shares allow, one after the other, is allowed. */
  private sharedWith(requester: string): Share[] {
    const admitted = this.shares.filter((share) => admits(share, requester));
    return [...Map.groupBy(admitted, ({ collection }) => nameKey(collection)).values()].map(joined);
  }
}

function admits(share: Share, requester: string): boolean {
  return share.with.some((module) => module === '*' || sameName(module, requester));
}

function joined(shares: readonly Share[]): Share {
  const { collection = '' } = shares[0] ?? {};
  const fields = union(shares.map((one) => one.fields));
  const load = union(shares.map((one) => one.load));
  return { collection, with: [], ...(fields && { fields }), ...(load && { load }) };
}

/** Everything, where one of them is without bounds. */
function union(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const bounded = lists.filter((list) => list !== undefined);
  return bounded.length < lists.length ? undefined : [...new Set(bounded.flat())];
}

function ruleOf({ collection, fields }: Share): ReadRule {
  return fields === undefined ? { collection } : { collection, fields };
}
