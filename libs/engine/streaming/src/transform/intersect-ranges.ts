/** A time range, inclusive; null: unbounded. ISO 8601 in UTC, with any number of fractional digits. */
export interface TimeRange {
  from: string | null;
  to: string | null;
}

/** The intersection of two ranges, or null. */
export function intersect(one: TimeRange, other: TimeRange): TimeRange | null {
  const from = pick(one.from, other.from, (a, b) => a >= b);
  const to = pick(one.to, other.to, (a, b) => a <= b);
  return from !== null && to !== null && Date.parse(from) > Date.parse(to) ? null : { from, to };
}

function pick(
  one: string | null,
  other: string | null,
  wins: (a: number, b: number) => boolean,
): string | null {
  if (one === null || other === null) return one ?? other;
  return wins(Date.parse(one), Date.parse(other)) ? one : other;
}
