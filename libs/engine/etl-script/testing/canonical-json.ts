const STRING_OR_NUMBER = /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g;

/** Numbers by value that the texts spell in exactly one way; null when there are several. */
type Spellings = ReadonlyMap<number, string | null>;

export function spellings(...texts: string[]): Spellings {
  const found = new Map<number, string | null>();
  for (const [, , number] of texts.flatMap((text) => [...text.matchAll(STRING_OR_NUMBER)])) {
    if (number === undefined) continue;
    const value = Number(number);
    found.set(value, (found.get(value) ?? number) === number && found.get(value) !== null ? number : null);
  }
  return found;
}

/** Names sorted, strings unescaped, numbers as written; those with several spellings by value. */
export function canonicalJson(text: string, known: Spellings = new Map()): string {
  const marked = text.replace(STRING_OR_NUMBER, (_, string?: string, number = '') => {
    const written = known.get(Number(number)) === null ? String(Number(number)) : number;
    return string ?? `{"#":"${written}"}`;
  });
  return JSON.stringify(JSON.parse(marked), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? sorted(value) : value,
  );
}

function sorted(object: object): object {
  const members = Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, value]) => [`:${name}`, value]));
}
