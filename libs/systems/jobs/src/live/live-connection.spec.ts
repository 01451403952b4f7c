import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { JobEvent, JobsService } from '../serve/jobs.service.ts';
import { APPLICATION } from '../serve/access.ts';
import { LiveConnection } from './live-connection.ts';

const EVENT_BYTES = 4_000;

describe('A reader of a WebSocket that takes nothing', () => {
  it('costs bounded memory, is cut off, and is told how to continue', async () => {
    let read = 0;
    const ended = Promise.withResolvers<void>();
    const jobs = {
      position: async () => 0,
      async *events(_: unknown, signal: AbortSignal) {
        try {
          while (!signal.aborted) {
            const data = { jobId: 'a', labels: [], text: 'x'.repeat(EVENT_BYTES) };
            yield { sequence: ++read, type: 'job.running', data } as unknown as JobEvent;
          }
        } finally {
          ended.resolve();
        }
      },
      async *progress() {},
    } as unknown as JobsService;
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) =>
      new LiveConnection(socket, jobs, async () => APPLICATION, 200).begin(APPLICATION),
    );
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      await once(client, 'open');
      client.pause();
      client.send(JSON.stringify({ event: 'subscribe', data: {} }));
      await ended.promise;
      // What the system itself keeps for a connection is some megabytes.
      expect(read * EVENT_BYTES).toBeLessThan(32 * 1024 * 1024);
      client.resume();
      const [code, reason] = (await once(client, 'close')) as [number, Buffer];
      expect([code, String(reason)]).toEqual([1013, expect.stringContaining('after the last sequence')]);
    } finally {
      client.terminate();
      server.close();
    }
  });
});
