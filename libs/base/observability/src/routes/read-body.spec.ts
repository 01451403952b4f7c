import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readBody } from './read-body.ts';

describe('The body of a request', () => {
  const server = createServer((incoming, answer) => {
    void reply(incoming, answer);
  });
  async function reply(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    answer.statusCode = (await readBody(incoming, 1_000)) ? 200 : 413;
    answer.end();
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    agent.destroy();
    server.close();
  });

  async function send(bytes: number): Promise<{ status: number | undefined; reused: boolean }> {
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent });
    sent.end(Buffer.alloc(bytes));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return { status: answer.statusCode, reused: sent.reusedSocket };
  }

  it('that is too large is refused, and the connection goes on', async () => {
    expect(await send(1_000)).toEqual({ status: 200, reused: false });
    for (const bytes of [1_001, 100_000]) expect(await send(bytes)).toEqual({ status: 413, reused: true });
    expect(await send(0)).toEqual({ status: 200, reused: true });
    expect(await send(5_000_000)).toEqual({ status: 413, reused: true });
  });
});
