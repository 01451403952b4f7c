/**
 * Letters that RavenDB lowers to others when it looks for an id, but does not take for the same when it compares the beginnings
 * of ids: `startsWith=ß` finds no `ẞ` (sharp s), `k` no Kelvin sign, `å` no Angstrom sign, `ω` no Ohm sign, `θ` no `ϴ`, although
 * by its own rule they are one id.
 */
const PASSED_OVER = /[ßkåωθ]/;

const NUMBER_DIGITS = 19;

/** How many of the copies of one document are looked at to learn how its id is spelled; they are numbered from 1. */
const LOOKED_AT = 16;

/** Ids of copies under a prefix, by which RavenDB finds them however they are spelled; none where it passes over nothing. */
export function idsUnder(prefix: string): string[] {
  if (!PASSED_OVER.test(prefix)) return [];
  return Array.from({ length: LOOKED_AT }, (_, at) => prefix + String(at + 1).padStart(NUMBER_DIGITS, '0'));
}

/** The prefixes, and each of them also as the ids that were found under it begin. */
export function withSpellings(prefixes: readonly string[], found: readonly string[]): string[] {
  return [...new Set([...prefixes, ...found.map((id) => id.slice(0, -NUMBER_DIGITS))])];
}
