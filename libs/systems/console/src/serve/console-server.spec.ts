import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Refusal } from '@nestjs-spark/observability/internal';
import request from 'supertest';
import { ConsoleServer, type ConsoleServerParts } from './console-server.ts';

const refused: Refusal[] = [];
const parts = {
  path: '/spark/console',
  title: 'Spark',
  assets: { page: () => '<html>' },
  sessions: { read: () => Promise.resolve(null) },
  admission: { isClosed: false },
  refusals: { record: (refusal: Refusal) => refused.push(refusal) },
} as unknown as ConsoleServerParts;

let server: Server;
beforeAll(() => {
  const served = new ConsoleServer(parts);
  server = createServer((asked, answer) => void served.take(asked, answer)).listen(0, '127.0.0.1');
});
afterAll(() => void server.close());

it('Who is refused by the console itself is counted as on every guarded route, without what was asked', async () => {
  await request(server).get('/spark/console/api/state?x=secret').expect(401);
  await request(server).post('/spark/console/api/session').send({ token: 'secret' }).expect(403);
  await request(server).get('/spark/console/').expect(200);
  expect(refused).toEqual([
    { status: 401, method: 'GET', path: '/spark/console/api/state', claimed: null },
    { status: 403, method: 'POST', path: '/spark/console/api/session', claimed: null },
  ]);
});

it('The console says which verbs a path takes', async () => {
  await request(server)
    .put('/spark/console/api/session')
    .expect(405)
    .expect('allow', 'GET, HEAD, POST, DELETE');
  await request(server).post('/spark/console/copies').expect(405).expect('allow', 'GET, HEAD');
});
