/**
 * Letters that RavenDB lowers to others when it looks for an id, but does not take for the same when it compares the beginnings
 * of ids: `startsWith=ß` passes over `ẞ`, although both are one id.
 */
const PASSED_OVER: ReadonlyMap<string, string> = new Map([
  ['ß', 'ẞ'],
  ['k', '\u212a'], // Kelvin sign
  ['å', '\u212b'], // Angstrom sign
  ['ω', '\u2126'], // Ohm sign
  ['θ', 'ϴ'],
]);

/**
 * The prefixes to ask for so that nothing is passed over, as far as something is there.
 * @param prefix by the key that RavenDB finds it by
 */
export async function prefixSpellings(
  prefix: string,
  exists: (prefix: string) => Promise<boolean>,
): Promise<string[]> {
  let found = [''];
  for (const letter of prefix.split('')) {
    const other = PASSED_OVER.get(letter);
    const longer = found.flatMap((begin) => (other ? [begin + letter, begin + other] : [begin + letter]));
    found = other ? await whichExist(longer, exists) : longer;
  }
  return found;
}

async function whichExist(
  prefixes: string[],
  exists: (prefix: string) => Promise<boolean>,
): Promise<string[]> {
  const there = await Promise.all(prefixes.map(exists));
  return prefixes.filter((_, at) => there[at]);
}
