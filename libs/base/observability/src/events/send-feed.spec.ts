import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Res, Sse, type INestApplication, type MessageEvent } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { lastValueFrom, toArray, type Observable } from 'rxjs';
import { sendFeed, type StreamedAnswer } from './send-feed.ts';

const EVENT_BYTES = 4_000;
const EVENTS = 8_000;

let read = 0;
const ended = Promise.withResolvers<void>();

async function* feed(signal: AbortSignal): AsyncGenerator<MessageEvent> {
  try {
    while (!signal.aborted && read < EVENTS) yield { id: String(++read), data: 'x'.repeat(EVENT_BYTES) };
  } finally {
    ended.resolve();
  }
}

@Controller()
class FeedController {
  @Sse('patient')
  patient(@Res({ passthrough: true }) answer: StreamedAnswer): Observable<MessageEvent> {
    return sendFeed([feed], answer);
  }

  @Sse('impatient')
  impatient(@Res({ passthrough: true }) answer: StreamedAnswer): Observable<MessageEvent> {
    return sendFeed([feed], answer, 100);
  }
}

describe('a reader of server-sent events that takes nothing', () => {
  let app: INestApplication;
  let client: Socket;
  beforeEach(async () => {
    read = 0;
    const module = await Test.createTestingModule({ controllers: [FeedController] }).compile();
    module.useLogger(false);
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  });
  afterEach(async () => {
    client.destroy();
    (app.getHttpServer() as Server).closeAllConnections();
    await app.close();
  });

  function ask(path: string): void {
    client = connect(((app.getHttpServer() as Server).address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(`GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  }

  it('has no more read for it, and gets everything when it goes on', async () => {
    ask('patient');
    for (let before = 0; before === 0 || before !== count(); await pause(200)) before = count();
    expect(read).toBeLessThan(EVENTS);
    let last = '';
    client.setEncoding('latin1').on('data', (part: string) => (last = (last + part).slice(-3 * EVENT_BYTES)));
    const over = once(client, 'close');
    while (!last.includes(`id: ${EVENTS}\n`)) await Promise.race([once(client, 'data'), over.then(refuse)]);
  });

  it('is cut off after a while', async () => {
    ask('impatient');
    await ended.promise;
    expect(read).toBeLessThan(EVENTS);
    client.resume();
    await once(client, 'close');
  });
});

it('waits again for a reader that the events of another source have filled first', async () => {
  async function* source(): AsyncGenerator<MessageEvent> {
    for (const data of ['1', '2', '3']) yield { data };
  }
  const answer = Object.assign(new EventEmitter(), { writableNeedDrain: true, destroy: () => undefined });
  const sent = lastValueFrom(sendFeed([source, source], answer).pipe(toArray()));
  await pause(10);
  answer.emit('drain');
  await pause(10);
  answer.writableNeedDrain = false;
  answer.emit('drain');
  expect(await sent).toHaveLength(6);
});

const count = () => read;
const refuse = () => Promise.reject(new Error('cut off'));
