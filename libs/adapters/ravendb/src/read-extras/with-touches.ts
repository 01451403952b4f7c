import { ravenKey, type ChangePage, type FeedQuery, type Follow } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readTouches } from './read-touches.ts';

/**
 * Adds the changes of counters and time series to the page. What changed before the reader began is irrelevant: every document is
 * read later, with its extras at that time. So is what belongs to a document on the page itself.
 */
export async function withTouches(
  http: RavenHttp,
  page: ChangePage,
  query: FeedQuery & { follow: Follow },
): Promise<ChangePage> {
  const from = Math.max(page.from, query.deletesAfter + 1);
  if (page.to < from) return page;
  const { follow, collection } = query;
  const asked = { collection: nameKey(collection), from, to: page.to, follow };
  const { touches, to } = await http.onOneNode((node) => readTouches(http, node, page.databaseId, asked));
  const changes = page.changes.filter(({ etag }) => etag <= to);
  const put = new Set(changes.filter(({ kind }) => kind === 'put').map(({ id }) => ravenKey(id)));
  const added = touches.filter(({ id }) => !put.has(ravenKey(id)));
  return {
    ...page,
    to,
    drained: page.drained && to === page.to,
    changes: added.length === 0 ? changes : [...changes, ...added].toSorted((a, b) => a.etag - b.etag),
  };
}
