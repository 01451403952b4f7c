import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Res, Sse, type INestApplication, type MessageEvent } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { lastValueFrom, toArray, type Observable } from 'rxjs';
import { sendFeed, sendFeeds, type StreamedAnswer } from './send-feed.ts';

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
    return sendFeed(feed, answer);
  }

  @Sse('impatient')
  impatient(@Res({ passthrough: true }) answer: StreamedAnswer): Observable<MessageEvent> {
    return sendFeed(feed, answer, { patienceMs: 100 });
  }
}

describe('a feed of server-sent events', () => {
  it('ends with its lifetime, and reads no more', async () => {
    const told = Promise.withResolvers<boolean>();
    async function* endless(signal: AbortSignal): AsyncGenerator<MessageEvent> {
      yield { data: 'one' };
      await once(signal, 'abort');
      told.resolve(signal.aborted);
    }
    const answer = new EventEmitter() as StreamedAnswer;
    const sent = await lastValueFrom(sendFeed(endless, answer, { endsAt: Date.now() + 100 }).pipe(toArray()));
    expect(sent).toEqual([{ data: 'one' }]);
    expect(await told.promise).toBe(true);
  });

  it('ends at once and is not read when its lifetime is already over', async () => {
    let isRead = false;
    async function* other(): AsyncGenerator<MessageEvent> {
      isRead = true;
      yield { data: 'one' };
    }
    const answer = new EventEmitter() as StreamedAnswer;
    const sent = sendFeed(other, answer, { endsAt: Date.now() }).pipe(toArray());
    expect(await lastValueFrom(sent)).toEqual([]);
    expect(isRead).toBe(false);
  });
});

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

  it('stops the feed from being read, and gets everything when it continues', async () => {
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

it('gives a reader that takes one event at a time all events of several feeds', async () => {
  const answer = Object.assign(new EventEmitter(), { writableNeedDrain: false, destroy: () => undefined });
  const takeLater = (): void => {
    answer.writableNeedDrain = false;
    answer.emit('drain');
  };
  const numbered = (name: string) =>
    async function* (): AsyncGenerator<string> {
      for (let n = 1; n <= 50; n++) yield `${name}${n}`;
    };
  const messageOf = (data: string): MessageEvent => {
    answer.writableNeedDrain = true;
    setImmediate(takeLater);
    return { data };
  };
  const sent = await lastValueFrom(
    sendFeeds([numbered('a'), numbered('b')], messageOf, answer).pipe(toArray()),
  );
  for (const name of ['a', 'b'])
    expect(sent.map(({ data }) => data).filter((data) => String(data).startsWith(name))).toEqual(
      Array.from({ length: 50 }, (_, n) => `${name}${n + 1}`),
    );
});

const count = () => read;
const refuse = () => Promise.reject(new Error('cut off'));
