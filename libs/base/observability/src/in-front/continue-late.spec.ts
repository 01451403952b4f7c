import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readBody } from '../routes/read-body.ts';
import { continueLate } from './continue-late.ts';

describe('a sender who waits to be asked for its body', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((incoming, answer) => {
      if (incoming.url === '/refused') {
        answer.statusCode = 401;
        answer.end();
        incoming.resume();
      } else void readBody(incoming, 1_000).then((body) => answer.end(body));
    });
    continueLate(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function ask(path: string, bytes: number): ClientRequest {
    const { port } = server.address() as AddressInfo;
    const headers = { expect: '100-continue', 'content-length': bytes };
    const asked = request({ port, host: '127.0.0.1', method: 'POST', path, headers });
    asked.on('error', () => undefined).flushHeaders();
    return asked;
  }

  it('is asked once somebody reads it', async () => {
    const asked = ask('/', 4);
    await once(asked, 'continue');
    asked.end('ball');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>)).toString()).toBe('ball');
    expect(answer.headers.connection).not.toBe('close');
  });

  it.each(['/refused', '/'])(
    'is told the refusal instead, and its connection is closed: %s',
    async (path) => {
      const asked = ask(path, 1_001);
      let isAsked = false;
      asked.on('continue', () => (isAsked = true));
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      expect([isAsked, answer.headers.connection]).toEqual([false, 'close']);
      answer.resume();
      await once(asked, 'close');
    },
  );
});
