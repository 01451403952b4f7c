import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { readAll } from '../job/content.ts';
import { fetchInput, isAllowed } from './fetch-input.ts';

describe('The address of an input', () => {
  it.each<[string, boolean]>([
    ['https://data.example/in/a.ndjson', true],
    ['https://data.example/in?day=1', true],
    ['https://data.example/in', true],
    ['https://data.example/inner/a.ndjson', false],
    ['https://data.example/in/../secret', false],
    ['https://data.example.evil/in/a', false],
    ['https://user@data.example/in/a', false],
    ['http://data.example/in/a', false],
    ['file:///etc/passwd', false],
    ['nonsense', false],
  ])('%s below an allowed one: %s', (address, allowed) => {
    expect(isAllowed(address, ['https://data.example/in'])).toBe(allowed);
  });

  it('is fetched, and no redirect is followed', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/in/away') response.writeHead(302, { location: '/in/there' }).end();
      else response.end('{"id":"a","document":{}}\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in/`;
    try {
      const text = await readAll(await fetchInput(`${prefix}there`, [prefix]));
      expect(text.toString()).toBe('{"id":"a","document":{}}\n');
      await expect(fetchInput(`${prefix}away`, [prefix])).rejects.toMatchObject({ status: 422 });
      await expect(fetchInput(`${prefix}there`, [])).rejects.toThrow('SPARK_JOBS_INPUT_PREFIXES');
    } finally {
      server.close();
    }
  });

  it.each([
    ['breaks off', { 'content-length': '1000' }],
    ['is not compressed as it says', { 'content-encoding': 'gzip' }],
  ])('is refused when its answer %s', async (_what, headers) => {
    const server = createServer((_request, response) => {
      response.writeHead(200, headers);
      response.write('{"id":"a","document":{}}\n', () => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      const reading = fetchInput(prefix, [prefix]).then(readAll);
      await expect(reading).rejects.toMatchObject({
        status: 422,
        message: expect.stringContaining('could not be read completely'),
      });
    } finally {
      server.close();
    }
  });
});
