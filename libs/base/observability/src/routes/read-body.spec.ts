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
    server.closeAllConnections();
    server.close();
  });

  async function send(bytes: number): Promise<number | undefined> {
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent });
    sent.end(Buffer.alloc(bytes));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode;
  }

  it('that is too large is refused, and the requests after it are answered', async () => {
    expect(await send(1_000)).toBe(200);
    for (const bytes of [1_001, 70_000, 130_000, 300_000, 900_000, 5_000_000]) {
      expect(await send(bytes)).toBe(413);
      expect(await send(0)).toBe(200);
    }
  });

  it('that will be too large is refused before any of it has come', async () => {
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 1_001 } });
    sent.on('error', () => undefined).flushHeaders();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    sent.destroy();
  });
});
