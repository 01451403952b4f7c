import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import type { MessageEvent } from '@nestjs/common';
import { SseStream } from '@nestjs/core/router/sse-stream.js';
import { concatMap } from 'rxjs';
import { sendFeed } from './send-feed.ts';

const EVENT_BYTES = 4_000;
const MOST_READ = 32 * 1024 * 1024;

it('reads no more of a feed than its reader takes, and cuts off one that takes nothing', async () => {
  let read = 0;
  const ended = Promise.withResolvers<void>();
  async function* endless(signal: AbortSignal): AsyncGenerator<MessageEvent> {
    try {
      // Without a bound it would be read until memory ends.
      while (!signal.aborted && read * EVENT_BYTES < 2 * MOST_READ)
        yield { id: String(++read), data: 'x'.repeat(EVENT_BYTES) };
    } finally {
      ended.resolve();
    }
  }
  // As Nest serves an observable: each event is written when the one before it was.
  const server = createServer((request, response) => {
    const stream = new SseStream(request);
    stream.pipe(response);
    const sending = sendFeed(endless, response, 100)
      .pipe(concatMap((event) => new Promise<void>((done) => stream.writeMessage(event, () => done()))))
      .subscribe();
    response.on('close', () => sending.unsubscribe());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  try {
    await ended.promise;
    expect(read * EVENT_BYTES).toBeLessThan(MOST_READ);
    client.resume();
    await once(client, 'close');
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
});
