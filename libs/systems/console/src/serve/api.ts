import { ProblemError } from '@nestjs-spark/contracts';
import { PassedOnProblem } from '../ask/console-client.ts';
import { collectionPath, copyOf, preview, retrySetAside } from '../act/actions.ts';
import { listAudit, listLetters, listSetAside } from '../act/lists.ts';
import { refuseUnknown } from '@nestjs-spark/observability/internal';
import type { Session } from '../sign-in/sessions.ts';
import { NOT_FROM_PAGE } from '../settings/problems.ts';
import { streamState } from '../stream/event-stream.ts';
import type { Exchange } from './exchange.ts';
import { at, SLOW_MS, type ApiParts, type Asked, type Route } from './route.ts';
import { SYSTEM_ROUTES } from './system-routes.ts';

const COPY = '/copies/:requester/:owner/:task';

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: at('/state'),
    handle: ({ aggregator }, { exchange }) => exchange.json(200, aggregator.state()),
  },
  { method: 'GET', path: at('/events'), query: ['view'], handle: follow },
  { method: 'GET', path: at(COPY), handle: (parts, asked) => asked.exchange.json(200, copyIn(parts, asked)) },
  { method: 'GET', path: at(`${COPY}/history`), handle: showHistory },
  {
    method: 'GET',
    path: at(`${COPY}/freshness`),
    handle: (parts, asked) => askRequester(parts, asked, 'freshness'),
  },
  { method: 'GET', path: at(`${COPY}/script`), handle: showScript },
  {
    method: 'POST',
    path: at(`${COPY}/resync`),
    writes: true,
    handle: (parts, asked) => askRequester(parts, asked, 'resync'),
  },
  {
    method: 'POST',
    path: at(`${COPY}/verify`),
    writes: true,
    handle: (parts, asked) => askRequester(parts, asked, 'verify'),
  },
  {
    method: 'GET',
    path: at(`${COPY}/verify`),
    handle: showVerify,
  },
  {
    method: 'GET',
    path: at('/set-aside'),
    query: ['copy', 'kind', 'reason', 'cursor', 'take'],
    handle: async (parts, { exchange, act }) =>
      exchange.json(200, await listSetAside(parts, act, exchange.query)),
  },
  {
    method: 'POST',
    path: at('/set-aside/retry'),
    writes: true,
    handle: async (parts, { exchange, act }) =>
      exchange.json(202, await retrySetAside(parts, act, await exchange.body())),
  },
  {
    method: 'GET',
    path: at('/dead-letters'),
    handle: async (parts, { exchange, act }) => exchange.json(200, await listLetters(parts, act)),
  },
  { method: 'POST', path: at('/dead-letters/:module/:id/replay'), writes: true, handle: replay },
  { method: 'DELETE', path: at('/dead-letters/:module/:id'), writes: true, handle: forget },
  {
    method: 'POST',
    path: at('/preview'),
    handle: async (parts, { exchange, act }) =>
      exchange.json(200, await preview(parts, act, await exchange.body())),
  },
  {
    method: 'GET',
    path: at('/audit'),
    query: ['cursor', 'take'],
    handle: async (parts, { exchange, act }) =>
      exchange.json(200, await listAudit(parts, act, exchange.query)),
  },
  ...SYSTEM_ROUTES,
];

/**
 * Handles everything under `api/` except signing in and out.
 * @throws {ProblemError} for every refused request
 */
export async function answerApi(parts: ApiParts, exchange: Exchange, session: Session): Promise<void> {
  const path = exchange.path.slice('/api'.length);
  const found = ROUTES.filter((route) => route.path.test(path));
  if (found.length === 0) throw new ProblemError('notFound', 'The console has no such route.');
  const method = exchange.method === 'HEAD' ? 'GET' : exchange.method;
  const route = found.find((one) => one.method === method);
  if (!route) throw exchange.refuseMethod(found.map((one) => one.method));
  refuseUnknown(exchange.query, route.query ?? []);
  if (method !== 'GET') requirePage(exchange, session.csrf);
  if (route.writes && (parts.readOnly || session.role !== 'operator')) {
    throw new ProblemError(
      'forbidden',
      parts.readOnly ? 'This console is read-only.' : 'A viewer may read everything and change nothing.',
    );
  }
  if (route.operators && session.role !== 'operator')
    throw new ProblemError('forbidden', 'Only operators may see this.');
  const [, ...given] = route.path.exec(path) ?? [];
  const act = { sub: session.sub, role: session.role };
  await route.handle(parts, { exchange, session, act, given: given.map(decode) });
}

/** @throws {ProblemError} `notFromPage` (403) */
export function requirePage({ request }: Exchange, csrf: string | null): void {
  const sameOrigin = request.headers['sec-fetch-site'] === 'same-origin';
  if (sameOrigin && (csrf === null || request.headers['x-spark-csrf'] === csrf)) return;
  throw new ProblemError(NOT_FROM_PAGE, "Only the console's own page may change something. Sign in there.");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ProblemError('invalid', 'The path cannot be read.');
  }
}

function copyIn(parts: ApiParts, { given: [requester, owner, task] }: Asked) {
  return copyOf(parts, `${owner}/${requester}/${task}`);
}

function follow({ aggregator, sent, systems }: ApiParts, { exchange, session }: Asked): void {
  streamState(
    exchange.response,
    { aggregator, sent, systems },
    {
      view: (exchange.query.get('view') ?? 'overview').slice(0, 300),
      after: lastEventId(exchange.request.headers['last-event-id']),
      endsAt: session.until * 1_000,
    },
  );
}

function lastEventId(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function showHistory(parts: ApiParts, asked: Asked): void {
  const { id } = copyIn(parts, asked);
  asked.exchange.json(200, { items: parts.aggregator.rates.samplesOf(id) });
}

async function showScript(parts: ApiParts, asked: Asked): Promise<void> {
  const { owner, requester, task } = copyIn(parts, asked);
  const path = `/spark/replication/outgoing/${encodeURIComponent(requester)}/${encodeURIComponent(task)}/script`;
  asked.exchange.json(200, await parts.client.demand(asked.act, { module: owner, path }));
}

async function askRequester(parts: ApiParts, asked: Asked, what: string): Promise<void> {
  const copy = copyIn(parts, asked);
  const { exchange, act } = asked;
  const isRead = exchange.method === 'GET' || exchange.method === 'HEAD';
  const answer = await parts.client.demand(act, {
    module: copy.requester,
    method: isRead ? 'GET' : 'POST',
    path: `${collectionPath(copy)}/${what}`,
    ...(isRead ? {} : { body: await exchange.body() }),
    timeoutMs: SLOW_MS,
  });
  exchange.json(isRead ? 200 : 202, answer);
}

/** A copy that was never compared is not an error. */
async function showVerify(parts: ApiParts, asked: Asked): Promise<void> {
  try {
    await askRequester(parts, asked, 'verify');
  } catch (error) {
    if (!(error instanceof PassedOnProblem) || error.status !== 404) throw error;
    asked.exchange.json(200, { state: 'never', tasks: [], startedAt: null, endedAt: null });
  }
}

async function replay({ client, aggregator }: ApiParts, { exchange, act, given }: Asked): Promise<void> {
  const [module = '', id = ''] = given;
  const path = `/spark/dead-letters/${encodeURIComponent(id)}/replay`;
  const answer = await client.demand(act, { module, method: 'POST', path, timeoutMs: SLOW_MS });
  void aggregator.refresh();
  exchange.json(202, answer);
}

async function forget({ client, aggregator }: ApiParts, { exchange, act, given }: Asked): Promise<void> {
  const [module = '', id = ''] = given;
  await client.demand(act, {
    module,
    method: 'DELETE',
    path: `/spark/dead-letters/${encodeURIComponent(id)}`,
  });
  void aggregator.refresh();
  exchange.json(200, { id });
}
