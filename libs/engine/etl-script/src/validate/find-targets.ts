// RavenDB finds targets by these two expressions over the whole text, including comments and strings. Every update sends a delete
// for each of them, so finding fewer (or more) would leave different documents at the target.
const NAMED = /loadTo([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)/gu;
const QUOTED = /loadTo\((?:'([\p{L}\p{Mn}\p{Nd}\p{Pc}.]+)'|"([\p{L}\p{Mn}\p{Nd}\p{Pc}.]+)")/gu;

/** The collections that a script's text loads to, each once, in order of appearance. */
export function findTargets(script: string): string[] {
  const found = new Set<string>();
  for (const match of script.matchAll(NAMED)) found.add(match[1] ?? '');
  for (const match of script.matchAll(QUOTED)) found.add(match[1] ?? match[2] ?? '');
  return [...found];
}
