import type { TimeSeriesEntry } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';

interface EntriesAnswer {
  Entries: { Timestamp: string; Tag: string | null; Values: number[] }[];
}

const PAGE = 16_384;

/** Tags that RavenDB itself gives the entries of incremental series, which name its databases. */
const OWN_TAG = /^TC:/;

/** The entries of a series in a range, inclusive; empty when the series does not exist. */
export async function readTimeSeries(
  http: RavenHttp,
  id: string,
  name: string,
  from: string | null,
  to: string | null,
): Promise<TimeSeriesEntry[]> {
  const found: TimeSeriesEntry[] = [];
  const range = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
  for (let start = 0; ; start += PAGE) {
    const path = http.path('/timeseries', { docId: id, name, ...range, start, pageSize: PAGE });
    const entries = (await http.getJson<EntriesAnswer>(path))?.Entries ?? [];
    for (const { Timestamp, Tag, Values } of entries) {
      const tag = Tag !== null && OWN_TAG.test(Tag) ? null : Tag;
      found.push({ at: Timestamp, values: Values, tag });
    }
    if (entries.length < PAGE) return found;
  }
}
