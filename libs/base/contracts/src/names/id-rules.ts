/** The rule by which ids are compared: each store has its own, and a copy is found by its owner's. */
export type IdRule = 'ravendb' | 'sqlite';

/** The rule of change sets and checkpoints that name none: the version that wrote them compared ids of all stores this way. */
export const UNNAMED_RULE: IdRule = 'ravendb';

/** Ids with the same key are one document. Two keys share a prefix exactly when the ids do under the same rule. */
export function idKey(rule: IdRule, id: string): string {
  return rule === 'ravendb' ? ravenKey(id) : sqliteKey(id);
}

/**
 * The key under which RavenDB finds a document, an attachment or a time series.
 * RavenDB lower-cases each UTF-16 unit individually with .NET's invariant culture: `İ` stays, `Σ` always becomes `σ`, and letters
 * beyond U+FFFF stay, because neither half of a surrogate pair has a lower case.
 */
export function ravenKey(id: string): string {
  return BEYOND_ASCII.test(id) ? id.replaceAll(CAPITALS_OR_BEYOND, lowerEach) : id.toLowerCase();
}

/** The key under which SQLite finds a document: its `lower()` and `NOCASE` only know the 26 ASCII letters. */
export function sqliteKey(id: string): string {
  return BEYOND_ASCII.test(id)
    ? id.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : id.toLowerCase();
}

/** The same for all spellings of a record's name in a replica's file, which is an SQLite file. */
export function recordKey({ entity, recordId }: { entity: string; recordId: string }): string {
  return JSON.stringify([entity, sqliteKey(recordId)]);
}

/**
 * Whether RavenDB also finds this document under spellings that SQLite distinguishes: `cars/ä` and `cars/Ä`, or `bikes/1` with
 * the Kelvin sign, whose lower case is `k`.
 */
export function hasOtherSpellings(id: string): boolean {
  return [...ravenKey(id)].some((letter) => otherSpellings().has(letter));
}

/**
 * All existing SQLite keys that are the same id, or begin with the same prefix, for RavenDB.
 * Walks the letters from the left and only follows beginnings that exist, so even a long id takes few queries.
 *
 * @param exists whether some document's SQLite key begins with `prefix`
 */
export function spellingsOf(id: string, exists: (prefix: string) => boolean): string[] {
  let found = [''];
  for (const letter of ravenKey(id).split('')) {
    const others = otherSpellings().get(letter);
    found = others
      ? found.flatMap((begin) => [letter, ...others].map((one) => begin + one)).filter(exists)
      : found.map((begin) => begin + letter);
    if (found.length === 0) return [];
  }
  return found;
}

/** Why RavenDB servers may find a document under other ids than this module expects; null for almost every id. */
export function unsettledId(id: string): string | null {
  const letter = UNSETTLED.exec(id)?.[0];
  if (letter === undefined) return null;
  const code = letter.charCodeAt(0).toString(16).toUpperCase();
  return `has ${letter} (U+${code}), whose lower case depends on the machine of a RavenDB server`;
}

const BEYOND_ASCII = /[^\0-\x7f]/;
const CAPITALS_OR_BEYOND = /[A-Z]+|[^\0-\x7f]/g;

/**
 * Letters that gained a lower case in Unicode 14 to 17. Depending on their ICU or .NET version, servers know it or do not; here
 * they never have one.
 */
const UNSETTLED = /[\u1c89\u2c2f\ua7c0\ua7cb\ua7cc\ua7ce\ua7d0\ua7d2\ua7d4\ua7d6\ua7d8\ua7da\ua7dc]/;

function lowerEach(part: string): string {
  const lower = part.toLowerCase();
  return lower.length === part.length && !UNSETTLED.test(part) ? lower : part;
}

let others: ReadonlyMap<string, readonly string[]> | null = null;

/** Letters beyond ASCII that RavenDB equates, by their lower-case letter. */
function otherSpellings(): ReadonlyMap<string, readonly string[]> {
  if (others) return others;
  const letters = Array.from({ length: 0x10_000 - 0x80 }, (_, at) => String.fromCharCode(at + 0x80));
  const capitals = letters.filter((letter) => lowerEach(letter) !== letter);
  others = Map.groupBy(capitals, lowerEach);
  return others;
}
