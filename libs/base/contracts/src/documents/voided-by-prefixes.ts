/** A text, and its place in an order of events. */
export interface Placed {
  key: string;
  at: number;
}

/**
 * Which texts begin with a prefix that comes after them. One pass over all of them, sorted: a set may have a hundred thousand of both, and
 * comparing each with each would keep the process busy for minutes.
 * @returns the places of those texts
 */
export function voidedByPrefixes(texts: readonly Placed[], prefixes: readonly Placed[]): Set<number> {
  const voided = new Set<number>();
  if (prefixes.length === 0) return voided;
  // A prefix sorts before all texts that begin with it, and nothing else is between them.
  const all = [
    ...prefixes.map((one) => ({ ...one, isPrefix: true })),
    ...texts.map((one) => ({ ...one, isPrefix: false })),
  ].toSorted(byKey);
  /** What the current text begins with, the shortest first, and the latest place of it and of those before it. */
  const open: Placed[] = [];
  for (const { key, at, isPrefix } of all) {
    while (open.length > 0 && !key.startsWith(open.at(-1)?.key ?? '')) open.pop();
    const latest = open.at(-1)?.at ?? -1;
    if (isPrefix) open.push({ key, at: Math.max(latest, at) });
    else if (latest > at) voided.add(at);
  }
  return voided;
}

function byKey({ key: one }: Placed, { key: other }: Placed): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
