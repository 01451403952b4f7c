import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ModuleClient } from '@nestjs-spark/modules/internal';
import { MemoryLogger, MemoryRegistry } from '@nestjs-spark/testing';
import { ConsoleClient } from '../ask/console-client.ts';
import { KnownModules } from '../find/known-modules.ts';
import { Aggregator } from './aggregator.ts';

const TOKEN = 'operators-of-this-spec-only';

let server: Server;
let url: string;
let asked: { path: string; token: string }[];
let answer: { status: number; headers: Record<string, string>; body: object };

beforeEach(async () => {
  asked = [];
  answer = { status: 404, headers: {}, body: {} };
  server = createServer((request: IncomingMessage, response) => {
    const token = request.headers.authorization ?? '';
    asked.push({ path: request.url ?? '', token: token.slice('Bearer '.length) });
    const isBackends = request.url === '/api/backends';
    response.writeHead(isBackends ? 200 : answer.status, answer.headers);
    response.end(JSON.stringify(isBackends ? [] : answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function consoleOf({ registered = [] as string[], named = [] as string[] }) {
  const log = new MemoryLogger();
  const registry = new MemoryRegistry();
  for (const appName of registered)
    await registry.register({
      appName,
      appUrl: url,
      databaseName: '',
      databaseUrls: [],
      registeredAtUtc: new Date().toISOString(),
    });
  const known = new KnownModules([registry], log);
  const signing = new ModuleClient({
    registry: known,
    identity: { sign: async () => 'signed' },
    keys: { doubt: async () => null },
  });
  const options = named.map((name) => ({ name, url }));
  const client = new ConsoleClient({ client: signing, named: options, operatorToken: TOKEN });
  return { client, aggregator: new Aggregator({ known, named: options, client, own: 'Console', log }) };
}

it('A registered module is never shown the operator token, whatever it answers', async () => {
  const { aggregator } = await consoleOf({ registered: ['Thief'] });
  await aggregator.refresh();
  expect(asked.map(({ path }) => path)).toContain('/spark/about');
  expect(new Set(asked.map(({ token }) => token))).toEqual(new Set(['signed']));
});

it('An application in the options that only runs jobs is found by its operator token', async () => {
  const { aggregator } = await consoleOf({ named: ['Jobs'] });
  await aggregator.refresh();
  expect(aggregator.state().modules).toMatchObject([
    { name: 'Jobs', reachable: true, systems: { jobs: '/api/jobs' } },
  ]);
  expect(new Set(asked.map(({ token }) => token))).toEqual(new Set([TOKEN]));
});

it.each(['/spark/dead-letters/../replay', '/spark/dead-letters/%2E%2e/replay', '/spark//../x', '\\x'])(
  'The path %s, which another route would answer, is not asked for',
  async (path) => {
    const { client } = await consoleOf({ registered: ['HR'] });
    const question = { module: 'HR', path };
    await expect(client.ask({ sub: 'ann', role: 'viewer' }, question)).rejects.toMatchObject({ status: 400 });
    expect(asked).toEqual([]);
  },
);

it('How long a module asks to wait is passed on', async () => {
  const { client } = await consoleOf({ registered: ['HR'] });
  answer = { status: 429, headers: { 'retry-after': '7' }, body: { detail: 'Too many.' } };
  const question = { module: 'HR', path: `/spark/${encodeURIComponent("it's (a) *name*! ~")}?a=../b` };
  await expect(client.demand({ sub: 'ann', role: 'viewer' }, question)).rejects.toMatchObject({
    status: 429,
    retryAfterSeconds: 7,
  });
});
