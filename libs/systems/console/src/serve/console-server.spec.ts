import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OperatorToken, type TrailInUse } from '@nestjs-spark/modules/internal';
import type { Refusal } from '@nestjs-spark/observability/internal';
import request from 'supertest';
import { Admission } from '../sign-in/admission.ts';
import { ConsoleServer, type ConsoleServerParts } from './console-server.ts';

type Known = Parameters<TrailInUse['refused']>[1];
const refused: object[] = [];
let session: object | null = null;
const parts = {
  path: '/spark/console',
  title: 'Spark',
  name: 'Console',
  assets: { page: () => '<meta name="session" content="{{session}}" />' },
  sessions: { read: () => Promise.resolve(session && { session, renew: false }) },
  admission: new Admission(new OperatorToken('operators-only'), null),
  trail: { refused: (refusal: Refusal, known: Known) => refused.push({ ...refusal, ...known }) },
} as unknown as ConsoleServerParts;

let server: Server;
beforeAll(() => {
  const served = new ConsoleServer(parts);
  server = createServer((asked, answer) => void served.take(asked, answer)).listen(0, '127.0.0.1');
});
afterAll(() => void server.close());

it('Who is refused by the console itself is recorded as on every guarded route, without what was asked', async () => {
  await request(server).get('/spark/console/api/state?x=secret').expect(401);
  await request(server).post('/spark/console/api/session').send({ token: 'secret' }).expect(403);
  await request(server).get('/spark/console/').expect(200);
  expect(refused).toEqual([
    {
      status: 401,
      method: 'GET',
      path: '/spark/console/api/state',
      claimed: null,
      who: null,
      reason:
        'There is no session. Sign in on the page /spark/console with the operator token (SPARK_OPERATOR_TOKEN).',
    },
    expect.objectContaining({ status: 403, method: 'POST', path: '/spark/console/api/session', who: null }),
  ]);
});

it('The answer to a request without a valid session says how to sign in, and whether a session was sent', async () => {
  const detailOf = async (cookie: string): Promise<unknown> =>
    (await request(server).get('/spark/console/api/state').set({ cookie }).expect(401)).body.detail;
  expect(await detailOf('a=1')).toMatch(/^There is no session\. Sign in on the page \/spark\/console with/);
  expect(await detailOf('a=1; spark_console=x')).toMatch(
    /^This session has ended, or is not valid\. Sign in on/,
  );
});

it('Who is signed in and refused is recorded under the name that modules record', async () => {
  refused.length = 0;
  session = { sub: 'ann', role: 'viewer', csrf: 'x', since: 0, until: 1 };
  await request(server)
    .post('/spark/console/api/set-aside/retry')
    .set({ 'sec-fetch-site': 'same-origin', 'x-spark-csrf': 'x' })
    .expect(403);
  session = null;
  expect(refused).toEqual([
    expect.objectContaining({
      status: 403,
      path: '/spark/console/api/set-aside/retry',
      who: 'ann by Console',
      claimed: 'ann by Console',
      reason: 'A viewer may read everything and change nothing.',
    }),
  ]);
});

it('The console says which verbs a path takes', async () => {
  await request(server)
    .put('/spark/console/api/session')
    .expect(405)
    .expect('allow', 'GET, HEAD, POST, DELETE');
  await request(server).post('/spark/console/copies').expect(405).expect('allow', 'GET, HEAD');
});

it('The page says who is signed in, whatever characters the name has, and no browser stores it', async () => {
  session = { sub: 'ann "$&" <ann>', role: 'viewer', csrf: 'x', since: 0, until: 1 };
  const page = await request(server)
    .get('/spark/console/copies')
    .expect(200)
    .expect('cache-control', 'no-store');
  session = null;
  expect(page.text).toBe(
    '<meta name="session" content="{&quot;name&quot;:&quot;ann \\&quot;$&amp;\\&quot; &lt;ann>&quot;,' +
      '&quot;role&quot;:&quot;viewer&quot;,&quot;csrf&quot;:&quot;x&quot;,&quot;title&quot;:&quot;Spark&quot;}" />',
  );
  const here = { 'sec-fetch-site': 'none' };
  const stranger = await request(server).get('/spark/console/copies').set(here).expect(200);
  expect(stranger.text).toBe('<meta name="session" content="" />');
  const { admission } = parts;
  Object.assign(parts, { admission: new Admission(new OperatorToken(null), null) });
  const closed = await request(server).get('/spark/console/').set(here).expect(200);
  Object.assign(parts, { admission });
  expect(closed.text).toBe('<meta name="session" content="{&quot;closed&quot;:true}" />');
});

it.each<[string, Record<string, string>, string]>([
  ['another site', { 'sec-fetch-site': 'cross-site' }, '{&quot;unknown&quot;:true}'],
  ['a place that the browser does not reveal', {}, '{&quot;unknown&quot;:true}'],
  ['itself', { 'sec-fetch-site': 'same-origin' }, ''],
  ['a neighbour', { 'sec-fetch-site': 'same-site' }, ''],
])(
  'A page opened from %s says that nobody is signed in only if a session would have come with the request',
  async (_from, headers, told) => {
    const { text } = await request(server).get('/spark/console/').set(headers).expect(200);
    expect(text).toBe(`<meta name="session" content="${told}" />`);
  },
);
