import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Controller, Res, Sse } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { firstValueFrom, toArray } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';
import { sendEvents } from './send-events.ts';

const event = (sequence: number | null, type: string, data: object = {}) =>
  ({ sequence, type, data }) as JobEvent;

it('lets a reader resume after the last change that it read, even when it read progress since', async () => {
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

it('does not make a reader forget where it resumed when progress comes first', async () => {
  async function* feed(): AsyncGenerator<JobEvent> {
    yield event(null, 'job.progress');
  }
  const response = { writableNeedDrain: false } as unknown as ServerResponse;
  const sent = await firstValueFrom(sendEvents([feed], response, { after: 500 }).pipe(toArray()));
  expect(sent.map(({ id }) => id)).toEqual(['500']);
});

const EVENT_BYTES = 4_000;
let read = 0;
const ended = Promise.withResolvers<void>();

async function* endless(signal: AbortSignal): AsyncGenerator<JobEvent> {
  try {
    while (!signal.aborted) yield event(++read, 'job.running', { text: 'x'.repeat(EVENT_BYTES) });
  } finally {
    ended.resolve();
  }
}

@Controller()
class Endless {
  @Sse()
  events(@Res({ passthrough: true }) answer: ServerResponse) {
    return sendEvents([endless], answer, { patienceMs: 100 });
  }
}

describe('A reader of events that takes nothing', () => {
  it('costs bounded memory, is cut off, and has the id with which it continues', async () => {
    const module = await Test.createTestingModule({ controllers: [Endless] }).compile();
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    const client = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1');
    try {
      client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await ended.promise;
      // What the system itself keeps for a connection is some megabytes.
      expect(read * EVENT_BYTES).toBeLessThan(32 * 1024 * 1024);
      let taken = '';
      client.setEncoding('utf8').on('data', (part: string) => (taken = (taken + part).slice(-20_000)));
      client.on('error', () => undefined);
      await once(client, 'close');
      expect(Number(/[^]*id: (\d+)/.exec(taken)?.[1])).toBeGreaterThan(1);
    } finally {
      client.destroy();
      await app.close();
    }
  });
});
