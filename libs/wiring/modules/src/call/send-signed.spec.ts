import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readBounded } from './read-bounded.ts';
import { parseAnswer, sendSigned, whyNoAnswer } from './send-signed.ts';

let server: Server;
let origin: string;
let asked: IncomingMessage[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

const send = (body: string | undefined, signal = new AbortController().signal) =>
  sendSigned({ url: new URL('/spark', origin), method: 'POST', token: 'canary', body, signal });

describe('a signed request', () => {
  it('shows its token to the address it was made for and to no other', async () => {
    expect((await send('{}')).status).toBe(307);
    expect(asked.map(({ url }) => url)).toEqual(['/spark']);
    expect(asked[0]?.headers).toMatchObject({
      authorization: 'Bearer canary',
      accept: 'application/json, application/problem+json',
      'content-type': 'application/json',
    });
  });

  it('names no type where there is no body', async () => {
    await send(undefined);
    expect(asked[0]?.headers).not.toHaveProperty('content-type');
  });

  it('tells why there was no answer', async () => {
    const over = AbortSignal.timeout(0);
    await once(over, 'abort');
    const timedOut = await send('{}', over).catch(whyNoAnswer);
    expect(timedOut).toMatchObject({ timedOut: true });
    await new Promise((resolve) => server.close(resolve));
    expect(await send('{}').catch(whyNoAnswer)).toMatchObject({ timedOut: false, code: 'ECONNREFUSED' });
    expect(whyNoAnswer('?')).toEqual({ timedOut: false, code: null, words: null });
  });

  it('reports a timeout while the answer is arriving', async () => {
    const slow = createServer((_, response) => void response.writeHead(200).write('{'));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(slow.address() as AddressInfo).port}/`);
    const stopping = new AbortController();
    const { body } = await sendSigned({
      url,
      method: 'GET',
      token: 't',
      body: undefined,
      signal: stopping.signal,
    });
    const reading = readBounded({ body }, 100).catch(whyNoAnswer);
    stopping.abort(new DOMException('too late', 'TimeoutError'));
    expect(await reading).toMatchObject({ timedOut: true });
    slow.closeAllConnections();
    slow.close();
  });

  it('does not take for JSON what is not JSON', () => {
    expect(parseAnswer('<html>')).toBeUndefined();
    expect(parseAnswer('null')).toBeNull();
  });
});
