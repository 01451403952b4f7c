import { afterEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { Breakers, describeError } from '@nestjs-spark/foundation/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { createServer, type Server } from 'node:http';
import { RavenHttp } from './raven-http.ts';

const servers: Server[] = [];

async function serve(status: number, body: object | string): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

describe('RavenDB over HTTP', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('takes the next node when one is away or cannot answer, and stays there', async () => {
    const broken = await serve(503, { Type: 'X', Message: 'shutting down' });
    const healthy = await serve(200, { fine: true });
    const http = new RavenHttp({ urls: ['http://127.0.0.1:9', broken, healthy], database: 'd' });
    expect(await http.getJson('/x')).toEqual({ fine: true });
    expect(await http.onOneNode(async (node) => (await node.request({ path: '/x' })).status)).toBe(200);
    await http.close();
  });

  it.each(['[{}]', '{}', '"text"', '5', '{"Results":{}}', '<html>', ''])(
    'takes nothing else for a list of documents, or for none: %s',
    async (text) => {
      const http = new RavenHttp({ urls: [await serve(200, text)], database: 'd' });
      const read = http.getDocuments('/docs');
      await expect(read).rejects.toThrow(/^The answer for database d is not .+: check that RavenDB is at/);
      await expect(read).rejects.toThrow(UnavailableError);
      await http.close();
    },
  );

  it('takes the documents of a list, and 404 for none', async () => {
    const read = async (status: number, body: object | string) => {
      const http = new RavenHttp({ urls: [await serve(status, body)], database: 'd' });
      const found = await http.getDocuments('/docs');
      await http.close();
      return found;
    };
    expect(await read(200, { Results: [{ A: 1 }, null] })).toEqual([{ A: 1 }, null]);
    expect(await read(404, '')).toBeNull();
  });

  it('sends nothing more to a node that is away, whichever the database, until it is back', async () => {
    const url = await serve(200, { fine: true });
    const [server] = servers;
    const port = Number(new URL(url).port);
    let asked = 0;
    server?.on('request', () => asked++);
    const breakers = new Breakers();
    const cars = new RavenHttp({ urls: [url], database: 'Cars', breakers });
    const people = new RavenHttp({ urls: [url], database: 'People', breakers });
    expect(await cars.getJson('/x')).toEqual({ fine: true });
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    const away = (http: RavenHttp) => http.getJson('/x').catch((error: unknown) => describeError(error));
    await eventually(async () => expect(await away(cars)).toMatch(/has not answered 5 times in a row/));
    expect(await away(people)).toMatch(/^RavenDB at http:.* cannot be reached/);
    expect(breakers.reports()).toMatchObject([{ target: `ravendb:127.0.0.1:${port}`, state: 'open' }]);
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    await eventually(async () => expect(await people.getJson('/x')).toEqual({ fine: true }));
    expect(await cars.getJson('/x')).toEqual({ fine: true });
    expect([asked, breakers.reports()[0]?.state]).toEqual([3, 'closed']);
    await Promise.all([cars.close(), people.close()]);
  });

  it('takes a server that answers with failures for one that is there', async () => {
    const breakers = new Breakers();
    const url = await serve(500, { Type: 'Raven.Client.Exceptions.RavenException', Message: 'no' });
    const http = new RavenHttp({ urls: [url], database: 'Cars', breakers });
    for (let time = 0; time < 10; time++) await expect(http.getJson('/x')).rejects.toThrow(/500/);
    expect(breakers.reports()).toMatchObject([{ state: 'closed' }]);
    await http.close();
  });

  it('is unavailable when all are', async () => {
    const http = new RavenHttp({ urls: ['http://127.0.0.1:9', 'http://127.0.0.1:10'], database: 'd' });
    await expect(http.getJson('/x')).rejects.toThrow(UnavailableError);
    await http.close();
  });

  it('does not ask another node about what one has refused', async () => {
    const refusing = await serve(400, { Type: 'X', Message: 'no' });
    const other = await serve(200, {});
    const http = new RavenHttp({ urls: [refusing, other], database: 'd' });
    await expect(http.getJson('/x')).rejects.toThrow(/refused \(400 X\): no/);
    await http.close();
  });

  it.each([
    ['nothing', ''],
    ['what is missing', { Type: 'Raven.Client.Exceptions.Documents.X', Message: 'no' }],
  ])('takes a 404 with %s for absence', async (_, body) => {
    const http = new RavenHttp({ urls: [await serve(404, body)], database: 'd' });
    expect(await http.getJson('/x')).toBeNull();
    expect(await http.stream('/x')).toBeNull();
    await http.close();
  });

  it.each([
    '404 page not found',
    '<html><body>404 Not Found</body></html>',
    'default backend - 404',
    '[]',
    '{"message":"no Route matched"}',
  ])('does not take %j, which a proxy without a server says, for absence', async (body) => {
    const proxy = await serve(404, body);
    const alone = new RavenHttp({ urls: [proxy], database: 'd' });
    await expect(alone.getJson('/x')).rejects.toThrow(UnavailableError);
    await expect(alone.stream('/x')).rejects.toThrow(/without RavenDB's own words/);
    const beside = new RavenHttp({ urls: [proxy, await serve(200, { fine: true })], database: 'd' });
    expect(await beside.getJson('/x')).toEqual({ fine: true });
    await Promise.all([alone.close(), beside.close()]);
  });

  it('never shows a password of an address, nor a key', async () => {
    const certificate = { type: 'pem', certificate: 'canary-key' } as const;
    const urls = ['http://user:canary-password@127.0.0.1:9/?token=canary-token'];
    const http = new RavenHttp({ urls, database: 'd', certificate });
    const error: unknown = await http.getJson('/x').catch((caught: unknown) => caught);
    const shown = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
    expect(shown).toContain('http://127.0.0.1:9');
    expect(shown).not.toContain('canary');
    await http.close();
  });

  it('wants an address', () => {
    expect(() => new RavenHttp({ urls: [], database: 'd' })).toThrow(StoreRefusedError);
  });
});
