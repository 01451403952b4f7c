/** How much is loaded, and at a time. */
export interface LoadBounds<T> {
  /** About how many bytes all of it may take. */
  mostBytes: number;
  sizeOf: (item: T) => number;
  /** How many are loaded together while nothing is known of their size, and at most. */
  first: number;
  most: number;
}

/**
 * Loads the first of many, as many as fit, but at least one: a few at a time, the next ones by what those before took.
 * @param load answers in the order of the keys
 */
export async function loadWithin<K, T>(
  keys: readonly K[],
  load: (some: K[]) => Promise<readonly T[]>,
  { mostBytes, sizeOf, first, most }: LoadBounds<T>,
): Promise<T[]> {
  const found: T[] = [];
  let bytes = 0;
  for (let step = first; found.length < keys.length && bytes < mostBytes;) {
    const some = await load(keys.slice(found.length, found.length + step));
    found.push(...some);
    bytes += some.reduce((sum, item) => sum + sizeOf(item), 0);
    const average = Math.max(1, bytes / found.length);
    step = Math.max(1, Math.min(most, Math.floor((mostBytes - bytes) / average)));
  }
  return found;
}
