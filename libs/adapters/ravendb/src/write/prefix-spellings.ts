/**
 * Letters that others are lower-cased to when RavenDB looks up an id, but not when it compares prefixes: `startsWith=ß` does not
 * find `ẞ` (sharp s), `k` not the Kelvin sign, `å` not the Angstrom sign, `ω` not the Ohm sign, `θ` not `ϴ`, although by its own
 * rule they are one id.
 */
const PASSED_OVER = /[ßkåωθ]/;

const NUMBER_DIGITS = 19;

/** How many of the copies of one document are looked up to learn how its id is spelled; they are numbered from 1. */
const LOOKED_AT = 16;

/** Ids of copies under a prefix, by which RavenDB finds them however they are spelled; none when the prefix finds everything. */
export function idsUnder(prefix: string): string[] {
  if (!PASSED_OVER.test(prefix)) return [];
  return Array.from({ length: LOOKED_AT }, (_, at) => prefix + String(at + 1).padStart(NUMBER_DIGITS, '0'));
}

/** The prefixes, and each of them also in the spellings of the ids found under it. */
export function withSpellings(prefixes: readonly string[], found: readonly string[]): string[] {
  return [...new Set([...prefixes, ...found.map((id) => id.slice(0, -NUMBER_DIGITS))])];
}
