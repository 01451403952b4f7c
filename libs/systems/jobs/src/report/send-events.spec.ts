import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { SseStream } from '@nestjs/core/router/sse-stream.js';
import { concatMap, firstValueFrom, toArray } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';
import { sendEvents } from './send-events.ts';

const event = (sequence: number | null, type: string, data: object = {}) =>
  ({ sequence, type, data }) as JobEvent;

it('lets a reader resume after the last change that it read, also when it read progress since', async () => {
  async function* feed(): AsyncGenerator<JobEvent> {
    yield event(null, 'job.progress');
    yield event(7, 'job.running');
    yield event(null, 'job.progress');
  }
  const response = { writableNeedDrain: false } as unknown as ServerResponse;
  const sent = await firstValueFrom(sendEvents([feed], response).pipe(toArray()));
  expect(sent.map(({ id, type }) => [id, type])).toEqual([
    ['', 'job.progress'],
    ['7', 'job.running'],
    ['7', 'job.progress'],
  ]);
});

describe('A reader of events that takes nothing', () => {
  const EVENT_BYTES = 4_000;

  it('costs bounded memory, is cut off, and has the id with which it continues', async () => {
    let read = 0;
    const ended = Promise.withResolvers<void>();
    async function* endless(signal: AbortSignal): AsyncGenerator<JobEvent> {
      try {
        while (!signal.aborted) yield event(++read, 'job.running', { text: 'x'.repeat(EVENT_BYTES) });
      } finally {
        ended.resolve();
      }
    }
    // As Nest serves an observable: each message is written when the one before was taken.
    const server = createServer((request, response) => {
      const stream = new SseStream(request);
      stream.pipe(response);
      const sending = sendEvents([endless], response, 100)
        .pipe(concatMap((message) => new Promise<void>((done) => stream.writeMessage(message, () => done()))))
        .subscribe();
      response.on('close', () => sending.unsubscribe());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(client, 'connect');
      await ended.promise;
      // What the system itself keeps for a connection is some megabytes.
      expect(read * EVENT_BYTES).toBeLessThan(32 * 1024 * 1024);
      let taken = '';
      client.setEncoding('utf8').on('data', (part: string) => (taken = (taken + part).slice(-20_000)));
      client.on('error', () => undefined);
      await new Promise((closed) => client.once('close', closed));
      expect(Number(/[^]*id: (\d+)/.exec(taken)?.[1])).toBeGreaterThan(1);
    } finally {
      client.destroy();
      server.close();
    }
  });
});
