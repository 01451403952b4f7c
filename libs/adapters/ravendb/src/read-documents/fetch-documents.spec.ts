import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { RavenHttp } from '../connect/raven-http.ts';
import { fetchDocuments } from './fetch-documents.ts';

describe('looking up an id that is refused', () => {
  let server: Server;
  let http: RavenHttp;

  /** Has `cars/1`, and answers otherwise when asked for `odd`. */
  async function opened(status: number, type: string): Promise<void> {
    server = createServer((incoming, response) => {
      void (async () => {
        const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>)).toString();
        if (body.includes('odd')) {
          response.writeHead(status).end(JSON.stringify({ Type: type, Message: 'not this one' }));
          return;
        }
        const { Ids } = JSON.parse(body) as { Ids: string[] };
        const found = Ids.map((id) =>
          id === 'cars/1' ? { '@metadata': { '@collection': 'Cars', '@id': id } } : null,
        );
        response.end(JSON.stringify({ Results: found }));
      })();
    });
    await listening();
  }

  async function listening(): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    http = new RavenHttp({ urls: [`http://127.0.0.1:${port}`], database: 'd' });
  }
  afterEach(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });

  const look = async (): Promise<(string | null)[]> =>
    (await fetchDocuments(http, http, ['cars/1', 'odd'])).map((document) => document?.id ?? null);

  it('finds nothing under what RavenDB takes for no id, and all the others', async () => {
    await opened(500, 'System.ArgumentException');
    expect(await look()).toEqual(['cars/1', null]);
  });

  it('does not pass documents off as absent when an answer has nothing in it', async () => {
    server = createServer((_, response) => void response.writeHead(200).end());
    await listening();
    await expect(look()).rejects.toThrow('RavenDB did not complete its answer');
  });

  it.each([
    [403, 'Forbidden'],
    [403, 'Raven.Client.Exceptions.Security.AuthorizationException'],
    [413, 'too large'],
  ])('does not pass a document off as absent when %s %s is in front of it', async (status, type) => {
    await opened(status, type);
    await expect(look()).rejects.toThrow(StoreRefusedError);
  });
});
