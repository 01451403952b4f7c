import type { Etag } from '@nestjs-spark/contracts';
import { UnavailableError } from '@nestjs-spark/contracts';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';

export interface DatabaseStats {
  databaseId: string;
  /** Counts tombstones too, unlike LastDocEtag. */
  lastEtag: Etag;
  /** State of each index by name, e.g. `Disabled`. */
  indexStates: Map<string, string>;
}

interface StatsAnswer {
  DatabaseId: string;
  LastDatabaseEtag: number;
  Indexes: { Name: string; State: string }[];
}

export async function readStats(http: RavenHttp, node: Requester): Promise<DatabaseStats> {
  const { status, body } = await node.request({ path: http.path('/stats') });
  if (status === 404)
    throw new UnavailableError(`Database ${http.database} does not exist in RavenDB: create it there`);
  const answer = JSON.parse(body.toString('utf8')) as StatsAnswer;
  return {
    databaseId: answer.DatabaseId,
    lastEtag: answer.LastDatabaseEtag,
    indexStates: new Map(answer.Indexes.map((index) => [index.Name, index.State])),
  };
}

/** Documents per collection, by its name in lower case, and in total. */
export async function readCollectionCounts(
  http: RavenHttp,
): Promise<{ total: number; byCollection: Map<string, number> }> {
  const answer = await http.getJson<{ CountOfDocuments: number; Collections: Record<string, number> }>(
    http.path('/collections/stats'),
  );
  return {
    total: answer?.CountOfDocuments ?? 0,
    byCollection: new Map(
      Object.entries(answer?.Collections ?? {}).map(([name, count]) => [nameKey(name), count]),
    ),
  };
}
