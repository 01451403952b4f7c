import { nameKey, sameName } from '@nestjs-spark/foundation/text';
import { ravenKey } from './id-rules.ts';

/**
 * Spark's own documents share the database with the application's: each kind's collection and id prefixes. Never remove a prefix
 * from this list, because databases keep what was written under it.
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

/**
 * The collections in which Spark keeps its own documents. They are never replicated, and applications and scripts cannot write
 * them.
 */
export const SYSTEM_COLLECTIONS: readonly string[] = HOUSE.map(({ collection }) => collection);

const COLLECTION_BY_PREFIX: ReadonlyMap<string, string> = new Map(
  HOUSE.flatMap(({ collection, prefixes }) => prefixes.map((prefix) => [nameKey(prefix), collection])),
);

/** The kind of what is set aside because its id or its collection is reserved for Spark. */
export const RESERVED = 'reserved';

export function isHouseCollection(collection: string): boolean {
  return SYSTEM_COLLECTIONS.some((own) => sameName(own, collection));
}

/** Spark's own collection that an id belongs to; null for every id that applications may use. */
export function houseCollectionOf(id: string): string | null {
  const slash = id.indexOf('/');
  // By RavenDB's key, which equates more letters than SQLite's: `spar\u212aeys/x` is `sparkeys/x` there.
  return slash < 0 ? null : (COLLECTION_BY_PREFIX.get(ravenKey(id.slice(0, slash + 1))) ?? null);
}

/** Whether a document is one of Spark's own. A document that others wrote under such an id is not. */
export function isHouseDocument(id: string, collection: string): boolean {
  const own = houseCollectionOf(id);
  return own === null ? isHouseCollection(collection) : sameName(own, collection);
}

/**
 * Why an application or a script must not write a document, phrased to follow "its"; null when it may.
 * @param collection null when unknown
 */
export function reservedDocument(id: string, collection: string | null): string | null {
  const own = houseCollectionOf(id);
  if (own !== null) return `id begins like those of ${own}, in which Spark keeps its own documents`;
  if (collection === null || !isHouseCollection(collection)) return null;
  return `collection ${collection} is one of Spark's own`;
}
