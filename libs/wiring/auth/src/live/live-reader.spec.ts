import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProblemError } from '@nestjs-spark/contracts';
import { ISSUED_SKEW_SECONDS } from '@nestjs-spark/modules/internal';
import { WebSocket, WebSocketServer } from 'ws';
import type { ApiCaller } from '../recognize/api-caller.ts';
import { LiveReader } from './live-reader.ts';

/** @param leftMs until its token is not accepted any more */
function callerFor(leftMs: number): ApiCaller {
  const exp = (Date.now() + leftMs) / 1_000 - ISSUED_SKEW_SECONDS;
  return { kind: 'jwt', subject: 'ann', role: 'viewer', tenant: null, claims: { exp } };
}

describe('a reader whose token expires', () => {
  let server: WebSocketServer;
  let left: ProblemError[];
  let refused: string[];
  beforeEach(async () => {
    left = [];
    refused = [];
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });

  async function connect(caller: ApiCaller, later: ApiCaller | Promise<ApiCaller>): Promise<WebSocket> {
    server.once('connection', (socket) => {
      const reader = new LiveReader(socket, caller, {
        recognize: async () => later,
        leave: (problem) => left.push(problem),
      });
      reader.begin({
        demand: 'Send a token.',
        take: () => reader.send({ type: 'pong' }),
        refused: ({ message }) => refused.push(message),
      });
    });
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(socket, 'open');
    return socket;
  }

  it('is told so and disconnected with 4401', async () => {
    const socket = await connect(callerFor(300), callerFor(60_000));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4401, 'The token has expired. Connect again with a new one.']);
    expect(refused).toEqual(['The token has expired.']);
    expect(left.map(({ status }) => status)).toEqual([401]);
  });

  it('stays when it has brought another one before, until that one expires', async () => {
    const first = callerFor(500);
    const second = callerFor(1_500);
    const socket = await connect(first, second);
    socket.send(JSON.stringify({ type: 'auth', token: 'the next one' }));
    await once(socket, 'close');
    const expires = (Number(second.claims['exp']) + ISSUED_SKEW_SECONDS) * 1_000;
    expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(expires));
    expect(refused).toHaveLength(1);
  });

  it('stays if it sent another one in time that is checked only after the first has expired', async () => {
    const checked = Promise.withResolvers<ApiCaller>();
    const socket = await connect(callerFor(100), checked.promise);
    socket.send(JSON.stringify({ type: 'auth', token: 'the next one' }));
    socket.send(JSON.stringify({ type: 'ping' }));
    setTimeout(() => checked.resolve(callerFor(60_000)), 300);
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(String(message))).toEqual({ type: 'pong' });
    expect(refused).toEqual([]);
  });
});
