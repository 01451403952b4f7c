import { UnavailableError, type Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { RavenAnswer, Requester } from '../connect/raven-node.ts';

/** One entry of the database's order of changes, without content. */
export interface Item {
  type: 'Document' | 'DocumentTombstone';
  id: string;
  collection: string;
  etag: Etag;
}

export interface ItemPage {
  /** Ascending by etag. */
  items: Item[];
  /** Last etag covered by the server's response; null when it was not full, so nothing came after. */
  reached: Etag | null;
  /** The database's change vector in the snapshot that the response was read from. */
  changeVector: string;
}

interface ListAnswer<T> {
  Results: T[];
  DatabaseChangeVector?: string;
}

interface RawItem {
  Type: string;
  Id: string;
  Collection: string;
  Etag: number;
  Flags?: string;
}

/** @param types one request parameter each: a comma-separated list silently returns nothing */
export async function readItems(
  http: RavenHttp,
  node: Requester,
  from: Etag,
  pageSize: number,
  types: readonly Item['type'][],
): Promise<ItemPage> {
  const query = types.map((type) => `&type=${type}`).join('');
  // RavenDB 7 starts at this etag, RavenDB 6 after it: one lower suits both.
  const asked = { etag: Math.max(0, from - 1), pageSize: pageSize + 1 };
  const path = http.path('/debug/replication/all-items', asked) + query;
  const { Results, DatabaseChangeVector } = listIn<RawItem>(http, await node.request({ path }));
  const last = Results.at(-1);
  return {
    items: Results.filter((raw) => raw.Etag >= from && isChange(raw)).map(toItem),
    reached: last && Results.length > pageSize ? last.Etag : null,
    changeVector: DatabaseChangeVector ?? '',
  };
}

/** @throws {UnavailableError} when the answer is anything else: taken for an empty list, it would say that nothing has changed */
export function listIn<T>(http: Pick<RavenHttp, 'database'>, { body }: RavenAnswer): ListAnswer<T> {
  const answer = parse(body) as Partial<ListAnswer<T>> | null | undefined;
  const { Results, ...rest } = answer ?? {};
  if (Array.isArray(Results)) return { ...rest, Results };
  throw new UnavailableError(
    `Database ${http.database} does not list its changes: what it answered is not a whole list`,
  );
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

// With revisions enabled, their entries appear under the same type names.
function isChange(raw: RawItem): boolean {
  if (raw.Type !== 'Document' && raw.Type !== 'DocumentTombstone') return false;
  const flags = (raw.Flags ?? '').split(',').map((flag) => flag.trim());
  return !flags.includes('Revision') && !flags.includes('DeleteRevision');
}

function toItem(raw: RawItem): Item {
  return { type: raw.Type as Item['type'], id: raw.Id, collection: raw.Collection, etag: raw.Etag };
}
