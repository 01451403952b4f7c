import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeCommand } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RavenChangeSink } from './raven-change-sink.ts';

const CHECKPOINT: Checkpoint = {
  name: 'Fleet/HR/Cars',
  generation: 1,
  incarnation: 'i',
  databaseId: 'd',
  to: 7,
  live: true,
  script: 's',
  witness: { number: 0, mark: '' },
  sequence: 1,
  streamCreated: '',
  swept: true,
  setsApplied: 1,
  documentsPut: 1,
  documentsDeleted: 0,
  readAt: 0,
  appliedAt: 0,
};

describe('a set behind one that is still being written', () => {
  let server: Server;
  let sink: RavenChangeSink;
  const requests: { headers: IncomingHttpHeaders; body: Promise<string> }[] = [];
  let arrived: PromiseWithResolvers<void>;

  beforeEach(async () => {
    requests.length = 0;
    arrived = Promise.withResolvers();
    server = createServer((incoming, response) => {
      const body = (async () => {
        let text = '';
        for await (const chunk of incoming.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
        return text;
      })();
      requests.push({ headers: incoming.headers, body });
      arrived.resolve();
      void body.then(() => response.end('{"Results":[{"@change-vector":"A:2"}]}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    sink = new RavenChangeSink({ urls: [`http://127.0.0.1:${port}`], database: 'd' });
  });
  afterEach(async () => {
    await sink.close();
    server.closeAllConnections();
    server.close();
  });

  const puts = (count: number): ChangeCommand[] =>
    Array.from({ length: count }, (_, n) => ({ type: 'put', id: `cars/${n}`, document: '{"Model":"a"}' }));

  it.each([
    ['live', { live: true }],
    ['in a first copy', { live: false }],
  ])('is sent in one piece once the version is known, if it is small: %s', async (_, { live }) => {
    const before = Promise.withResolvers<string | null>();
    const written = sink.apply(puts(1), { ...CHECKPOINT, live }, before.promise);
    before.resolve('A:1');
    expect(await written).toBe('A:2');
    expect(requests).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = requests;
    expect(headers['content-length']).toBe(String(Buffer.byteLength(await body)));
    expect(await body).toContain('"ChangeVector":"A:1"');
  });

  it('is sent meanwhile, if it is a large one of a first copy', async () => {
    const before = Promise.withResolvers<string | null>();
    const written = sink.apply(puts(100), { ...CHECKPOINT, live: false }, before.promise);
    await arrived.promise;
    before.resolve('A:1');
    expect(await written).toBe('A:2');
    expect(requests.map(({ headers }) => headers['transfer-encoding'])).toEqual(['chunked']);
  });
});
