import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { RavenHttp } from '../connect/raven-http.ts';
import { writeBehind } from './transaction.ts';

interface Received {
  encoding: string | undefined;
  /** The beginning of the body, before the rest has arrived. */
  begun: Promise<string>;
  body: Promise<string>;
}

describe('a set of puts behind another one', () => {
  const PUTS = [{ id: 'cars/1', document: '{"Model":"é"}' }];
  const FENCE = { id: 'fence', document: '{}' };
  const CARS = '{"Id":"cars/1","Type":"PUT","ChangeVector":null,"Document":{"Model":"é"}}';
  let server: Server;
  let http: RavenHttp;
  let received: PromiseWithResolvers<Received>;

  beforeEach(async () => {
    received = Promise.withResolvers();
    server = createServer((incoming, response) => {
      const begun = Promise.withResolvers<string>();
      const body = (async () => {
        let text = '';
        for await (const chunk of incoming.setEncoding('utf8') as AsyncIterable<string>) {
          text += chunk;
          begun.resolve(text);
        }
        return text;
      })();
      received.resolve({ encoding: incoming.headers['transfer-encoding'], begun: begun.promise, body });
      body.then(
        () => response.end('{"Results":[{"@change-vector":"A:2"}]}'),
        () => response.destroy(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    http = new RavenHttp({ urls: [`http://127.0.0.1:${port}`], database: 'd' });
  });
  afterEach(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });

  const bodyBehind = (version: string): string =>
    `{"Commands":[${CARS},{"Id":"fence","Type":"PUT","ChangeVector":${JSON.stringify(version)},"Document":{}}]}`;

  it('is sent up to the fence while the one before is being written', async () => {
    const before = Promise.withResolvers<string | null>();
    const written = writeBehind(http, PUTS, { ...FENCE, expected: before.promise });
    const { encoding, begun, body } = await received.promise;
    expect(encoding).toBe('chunked');
    expect(await begun).toBe(`{"Commands":[${CARS},`);
    before.resolve(null);
    expect(await body).toBe(bodyBehind(''));
    expect(await written).toBe('A:2');
  });

  it('is not written when the one before failed', async () => {
    const before = Promise.withResolvers<string | null>();
    const written = writeBehind(http, PUTS, { ...FENCE, expected: before.promise });
    const { body } = await received.promise;
    before.reject(new Error('refused'));
    await expect(written).rejects.toThrow();
    await expect(body).rejects.toThrow('aborted');
  });
});
