import type { Etag } from '@nestjs-spark/contracts';
import { ravenKey, type Follow } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { listIn } from '../read-documents/all-items.ts';

/** A change of counters or of a part of a time series in the database's order of changes. */
export interface ExtraItem {
  /** The document's id in lower case. */
  id: string;
  collection: string;
  etag: Etag;
  /** Null: the document's counters. */
  series: { name: string; changeVector: string } | null;
}

interface RawItem {
  Type: string;
  Collection: string;
  Etag: number;
  ChangeVector: string;
  /** The document: of a counter group, of a segment. */
  Id?: string;
  Key?: string;
  Name?: string;
}

const PAGE = 4_096;

/** @returns the items in `from..to`, and up to where they are complete, `to` at most */
export async function readExtraItems(
  http: RavenHttp,
  node: Requester,
  from: Etag,
  to: Etag,
  follow: Follow,
): Promise<{ items: ExtraItem[]; to: Etag }> {
  const types = [
    ...(follow.counters ? ['CounterGroup'] : []),
    ...(follow.timeSeries ? ['TimeSeriesSegment'] : []),
  ];
  const query = types.map((type) => `&type=${type}`).join('');
  const asked = { etag: Math.max(0, from - 1), pageSize: PAGE };
  const answer = await node.request({ path: http.path('/debug/replication/all-items', asked) + query });
  const { Results } = listIn<RawItem>(http, answer);
  const last = Results.at(-1);
  const reached = last && Results.length >= PAGE ? Math.min(last.Etag, to) : to;
  const items = Results.filter(({ Etag }) => Etag >= from && Etag <= reached).flatMap(toItem);
  return { items, to: reached };
}

function toItem({ Type, Collection, Etag, ChangeVector, Id, Key, Name }: RawItem): ExtraItem[] {
  if (Type === 'CounterGroup' && Id) return [{ id: Id, collection: Collection, etag: Etag, series: null }];
  if (Type !== 'TimeSeriesSegment' || !Key || !Name) return [];
  const series = { name: Name, changeVector: ChangeVector };
  return [{ id: ravenKey(Key), collection: Collection, etag: Etag, series }];
}
