import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { closeAll, create, listen, OPERATOR, orders, PLATFORMS } from './support/orders.ts';

const AT_ONCE = 8;
const VERBS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
/** Other spellings of a path, as they go over the wire. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `${path}?operator=1`,
  (path) => path.toUpperCase(),
  (path) => `/${path}`,
  (path) => path.replace('/spark/', '/spark//'),
  (path) => path.replace('/spark/', '/x/../spark/'),
  (path) => path.replace('/spark/', '/%73park/'),
  (path) => `/${path.slice(1).replaceAll('/', '%2f')}`,
  (path) => `${path}%00`,
  (path) => `${path};a=1`,
];
const ALMOST = `${OPERATOR.authorization}x`;
const CREDENTIALS = [undefined, 'Bearer a.b.c', ALMOST];
/** Each way to be refused without having been heard. */
const UNHEARD = [400, 401, 404, 405];

interface Route {
  path: string;
  methods: Record<string, boolean>;
}

/** What the application itself has mounted below `/spark`, with a value for each parameter. */
function guardedRoutes(app: INestApplication): { verb: string; path: string }[] {
  const { stack } = (
    app.getHttpAdapter().getInstance() as { router: { stack: readonly { route?: Route }[] } }
  ).router;
  return stack
    .flatMap(({ route }) => (route ? [route] : []))
    .filter(({ path }) => path.startsWith('/spark/'))
    .flatMap(({ path, methods }) =>
      Object.keys(methods).map((verb) => ({ verb: verb.toUpperCase(), path: path.replaceAll(/:\w+/g, 'x') })),
    );
}

describe('The routes of Spark', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let routes: { verb: string; path: string }[];

  beforeAll(async () => {
    const app = await create('express', await orders());
    await app.init();
    routes = guardedRoutes(app);
    await closeAll();
  });
  afterAll(async () => {
    agent.destroy();
    await closeAll();
  });

  const send = (url: string, method: string, path: string, authorization?: string): Promise<number> => {
    const { hostname, port } = new URL(url);
    const headers = authorization === undefined ? {} : { authorization };
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ hostname, port, method, path, headers, agent }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.once('error', reject);
      sent.end();
    });
  };

  it('are all looked at here', () => {
    expect(routes.length).toBeGreaterThan(20);
    expect(routes.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/spark/etl/deploy',
        '/spark/replication/x/x/verify',
        '/spark/keys',
        '/spark/audit',
      ]),
    );
  });

  it.each(PLATFORMS)(
    'on %s hear nobody without a valid credential, by whatever verb and under whatever spelling of their path',
    async (platform) => {
      const url = await listen(await create(platform, await orders()));
      const paths = [...new Set(routes.map(({ path }) => path))];
      const cells = paths.flatMap((route) =>
        SPELLINGS.flatMap((spell) =>
          VERBS.flatMap((verb) => {
            const path = spell(route);
            return (path === route ? CREDENTIALS : [ALMOST]).map((given) => ({ verb, path, given }));
          }),
        ),
      );
      const heard: object[] = [];
      const rest = cells.values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const { verb, path, given } of rest) {
            const status = await send(url, verb, path, given);
            if (!UNHEARD.includes(status)) heard.push({ verb, path, given, status });
          }
        }),
      );
      expect(heard).toEqual([]);
      // The same routes do hear: an operator reads those that are read without anything else.
      const read = await Promise.all(
        ['/spark/replication', '/spark/settings', '/spark/audit'].map((path) =>
          send(url, 'GET', path, OPERATOR.authorization),
        ),
      );
      expect(read).toEqual([200, 200, 200]);
    },
  );
});
