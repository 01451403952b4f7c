const SECOND_MS = 1_000;
const FINE = 180;
const COARSE_MS = 10_000;
const COARSE = 90;
/** The current rate is the average over this window. */
const WINDOW_MS = 3_000;

/** A data point of a plot. */
export interface Sample {
  /** Milliseconds since 1970. */
  at: number;
  rate: number;
  behindMs: number | null;
}

interface Series {
  counts: { at: number; count: number }[];
  fine: Sample[];
  coarse: Sample[];
}

/** The rates of change of each copy: one sample per second for three minutes, then one every ten seconds for fifteen. */
export class Rates {
  readonly #series = new Map<string, Series>();

  /** @param count the total of changes so far; a lower value than before restarts the series */
  note(id: string, { at, count, behindMs }: { at: number; count: number; behindMs: number | null }): void {
    const series = this.#series.get(id) ?? { counts: [], fine: [], coarse: [] };
    this.#series.set(id, series);
    const { counts, fine, coarse } = series;
    // The clock was set back: until it is there again, nothing would be new.
    if (at < (counts.at(-1)?.at ?? at) - SECOND_MS)
      for (const list of [counts, fine, coarse]) list.length = 0;
    if ((counts.at(-1)?.count ?? 0) > count) counts.length = 0;
    counts.push({ at, count });
    while (counts.length > 2 && (counts[0]?.at ?? at) < at - WINDOW_MS) counts.shift();
    if (at - (fine.at(-1)?.at ?? 0) < SECOND_MS * 0.7) return;
    const sample = { at, rate: this.rateOf(id), behindMs };
    fine.push(sample);
    if (fine.length > FINE) fine.shift();
    if (at - (coarse.at(-1)?.at ?? 0) < COARSE_MS) return;
    coarse.push(sample);
    if (coarse.length > COARSE) coarse.shift();
  }

  /** Changes per second, rounded to tenths; 0 for an unknown id. */
  rateOf(id: string): number {
    const { counts = [] } = this.#series.get(id) ?? {};
    const [first, last] = [counts[0], counts.at(-1)];
    if (!first || !last || last.at <= first.at) return 0;
    return Math.round(((last.count - first.count) / (last.at - first.at)) * 10_000) / 10;
  }

  /** The oldest first. */
  samplesOf(id: string): Sample[] {
    const { fine = [], coarse = [] } = this.#series.get(id) ?? {};
    const since = fine[0]?.at ?? Infinity;
    return [...coarse.filter(({ at }) => at < since), ...fine];
  }

  /** The rates of the last minute. */
  recent(id: string): number[] {
    return (this.#series.get(id)?.fine ?? []).slice(-60).map(({ rate }) => rate);
  }

  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#series.keys()) if (!ids.has(id)) this.#series.delete(id);
  }
}
