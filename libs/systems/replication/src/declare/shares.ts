import { createHash } from 'node:crypto';
import { ReadableDocuments, type ReadRule } from '@nestjs-spark/contracts/internal';
import { nameKey, sameName } from '@nestjs-spark/foundation/internal';

/** One `@Shared()` class: a collection of this module, the modules that may copy it, and what of it. */
export interface Share {
  collection: string;
  /** Module names; `*` means every authenticated module. */
  with: readonly string[];
  /** In the form that `documentCutter` takes; absent for whole documents. */
  fields?: readonly string[];
  /** The collections that scripts on this one may load; absent for all that are shared with their module. */
  load?: readonly string[];
}

/** What a requester's scripts on one collection may read. */
export interface Permission {
  /** The rule for the collection's own documents. */
  own: ReadRule;
  /** The rules for documents read with `load`. */
  loadable: readonly ReadRule[];
}

/** What this module shares. Names are case-insensitive; nothing is shared without a declaration. */
export class Shares {
  private readonly shares: readonly Share[];

  constructor(shares: readonly Share[]) {
    this.shares = shares;
  }

  /** All declared shares. */
  all(): readonly Share[] {
    return this.shares;
  }

  /** Whether `requester` may copy `collection` now. */
  isShared(collection: string, requester: string): boolean {
    return new ReadableDocuments(this.sharedWith(requester)).has(collection);
  }

  /** What scripts of `requester` on `collection` may read; null if it is not shared with that module. */
  permission(collection: string, requester: string): Permission | null {
    const shared = this.sharedWith(requester);
    const own = shared.find((share) => sameName(share.collection, collection));
    if (!own || !this.isShared(collection, requester)) return null;
    const { load } = own;
    const loadable = shared.filter((one) => load?.some((name) => sameName(name, one.collection)) ?? true);
    return { own: ruleOf(own), loadable: loadable.map(ruleOf) };
  }

  /**
   * A text that is equal for two equal permissions with restrictions; undefined without restrictions. Copies made under a different one may contain
   * too much or too little.
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

  /** One share per collection: several shares add up. */
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

/** Undefined, meaning everything, if one of the lists is. */
function union(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const bounded = lists.filter((list) => list !== undefined);
  return bounded.length < lists.length ? undefined : [...new Set(bounded.flat())];
}

function ruleOf({ collection, fields }: Share): ReadRule {
  return fields === undefined ? { collection } : { collection, fields };
}
