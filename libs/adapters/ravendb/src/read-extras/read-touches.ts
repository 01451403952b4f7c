import type { Etag } from '@nestjs-spark/contracts';
import type { ChangedRange, Follow, SourceChange } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { soleEtag } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { fetchWithin } from '../read-documents/fetch-documents.ts';
import { changedRanges, readSegments } from './changed-ranges.ts';
import { readExtraItems, type ExtraItem } from './extra-items.ts';

type Touch = Extract<SourceChange, { kind: 'touch' }>;

export interface TouchQuery {
  collection: string;
  from: Etag;
  to: Etag;
  follow: Follow;
}

/** What changed on one document without changing it. */
interface Touched {
  etag: Etag;
  counters: boolean;
  /** By series name: the change vectors of its changed segments. */
  series: Map<string, Set<string>>;
}

const AT_ONCE = 16;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Changes of counters and time series in `from..to`, one per document, at the etag of the last; of as many documents as fit.
 * @returns them, and up to where they are complete
 */
export async function readTouches(
  http: RavenHttp,
  node: Requester,
  databaseId: string,
  query: TouchQuery,
): Promise<{ touches: Touch[]; to: Etag }> {
  const { items, to: reached } = await readExtraItems(http, node, query.from, query.to, query.follow);
  const wanted = items.filter(({ collection }) => nameKey(collection) === query.collection);
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const fetched = await fetchWithin(http, node, ids, MOST_BYTES);
  const documents = new Map(ids.map((id, at) => [id, fetched[at]]));
  // The first change of the first document that did not fit is the next page's.
  const cutAt = wanted.find(({ id }) => id === ids[fetched.length])?.etag;
  const to = cutAt === undefined ? reached : cutAt - 1;
  const touched = groupByDocument(wanted.filter(({ etag }) => etag <= to));
  const touches: Touch[] = [];
  for (const [touchedId, { etag, counters, series }] of touched) {
    const document = documents.get(touchedId);
    if (!document) continue;
    // Its own change comes on a later page and includes all of this.
    const own = soleEtag(document.changeVector, databaseId);
    if (own !== null && own > to) continue;
    const { id, collection, copyOf, json } = document;
    const timeSeries = await rangesOf(http, node, id, series);
    touches.push({ kind: 'touch', etag, id, collection, copyOf, json, counters, timeSeries });
  }
  return { touches, to };
}

function groupByDocument(items: ExtraItem[]): Map<string, Touched> {
  const touched = new Map<string, Touched>();
  for (const { id, etag, series } of items) {
    const one = touched.get(id) ?? { etag, counters: false, series: new Map<string, Set<string>>() };
    touched.set(id, one);
    one.etag = etag;
    if (series === null) {
      one.counters = true;
    } else {
      const vectors = one.series.get(series.name) ?? new Set<string>();
      one.series.set(series.name, vectors.add(series.changeVector));
    }
  }
  return touched;
}

async function rangesOf(
  http: RavenHttp,
  node: Requester,
  id: string,
  series: Map<string, Set<string>>,
): Promise<ChangedRange[]> {
  const all = [...series];
  const ranges: ChangedRange[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE).map(async ([name, changed]) => {
      const segments = await readSegments(http, node, id, name);
      return segments ? changedRanges(name, segments, changed) : [{ name, from: null, to: null }];
    });
    ranges.push(...(await Promise.all(some)).flat());
  }
  return ranges;
}
