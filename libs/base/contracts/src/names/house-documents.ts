import { nameKey, sameName } from '@nestjs-spark/foundation/text';
import { ravenKey } from './id-rules.ts';

/**
 * Spark's own documents are in the same database as the application's: the collection of each kind, and how its ids begin.
 * An id beginning is never taken away from this list, because databases keep what was written under it.
 */
const HOUSE: readonly { collection: string; prefixes: readonly string[] }[] = [
  { collection: 'ModuleInformations', prefixes: ['moduleInformations/'] },
  { collection: 'SparkCheckpoints', prefixes: ['sparkCheckpoints/'] },
  { collection: 'SparkDeployments', prefixes: ['sparkDeployments/'] },
  { collection: 'SparkRequests', prefixes: ['sparkRequests/'] },
  { collection: 'SparkKeys', prefixes: ['sparkKeys/'] },
  { collection: 'SparkAudit', prefixes: ['sparkAudit/'] },
  { collection: 'SparkSettings', prefixes: ['sparkSettings/'] },
  { collection: 'SparkWitnesses', prefixes: ['sparkWitnesses/'] },
  { collection: 'SparkArrivals', prefixes: ['sparkArrivals/', 'sparkArrived/'] },
  {
    collection: 'SparkSetAside',
    prefixes: ['sparkSetAside/', 'sparkSetAsideBeyond/', 'sparkSetAsideRetry/'],
  },
  { collection: 'SparkVerifications', prefixes: ['sparkVerifications/'] },
  { collection: 'SparkPipelines', prefixes: ['sparkPipelines/'] },
];

/** The collections in which Spark keeps its own documents; never replicated, and never written by applications and scripts. */
export const SYSTEM_COLLECTIONS: readonly string[] = HOUSE.map(({ collection }) => collection);

const COLLECTION_BY_PREFIX: ReadonlyMap<string, string> = new Map(
  HOUSE.flatMap(({ collection, prefixes }) => prefixes.map((prefix) => [nameKey(prefix), collection])),
);

/** The kind of what is set aside because its id or its collection is Spark's own. */
export const RESERVED = 'reserved';

export function isHouseCollection(collection: string): boolean {
  return SYSTEM_COLLECTIONS.some((own) => sameName(own, collection));
}

/** The collection of Spark's own that an id belongs to; null for every id that applications may use. */
export function houseCollectionOf(id: string): string | null {
  const slash = id.indexOf('/');
  // By RavenDB's key, which takes more letters for one than SQLite's does: `spar\u212aeys/x` is `sparkeys/x` there.
  return slash < 0 ? null : (COLLECTION_BY_PREFIX.get(ravenKey(id.slice(0, slash + 1))) ?? null);
}

/** Whether a document is one of Spark's own: what somebody else wrote under such an id is not. */
export function isHouseDocument(id: string, collection: string): boolean {
  const own = houseCollectionOf(id);
  return own === null ? isHouseCollection(collection) : sameName(own, collection);
}

/**
 * Why an application or a script must not write a document, in words that follow on "its"; null when it may.
 * @param collection null where it is not known
 */
export function reservedDocument(id: string, collection: string | null): string | null {
  const own = houseCollectionOf(id);
  if (own !== null) return `id begins like those of ${own}, in which Spark keeps its own documents`;
  if (collection === null || !isHouseCollection(collection)) return null;
  return `collection ${collection} is one of Spark's own`;
}
