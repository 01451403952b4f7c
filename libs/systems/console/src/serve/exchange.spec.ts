import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { ProblemError } from '@nestjs-spark/contracts';
import { PendingBodies } from '@nestjs-spark/modules/internal';
import { Exchange } from './exchange.ts';

/** What a sender gets that sends this and then nothing more. */
async function answerTo(length: number, sent: string, type = 'application/json'): Promise<string> {
  const pending = new PendingBodies({ withinMs: 100 });
  const server = createServer((request, response) => {
    const exchange = new Exchange(request, response, '/', '', pending);
    exchange.body().then(
      (body) => exchange.json(200, body),
      (error: unknown) => exchange.json(error instanceof ProblemError ? error.status : 500, {}),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sender.on('error', () => undefined);
  sender.write(
    `POST / HTTP/1.1\r\nHost: console\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${sent}`,
  );
  const [first] = (await once(sender, 'data')) as [Buffer];
  const rest = await text(sender);
  server.close();
  return `${first.toString()}${rest}`.split('\r\n', 1)[0] ?? '';
}

it('A body that does not come in time is answered with 408', async () => {
  expect(await answerTo(20, '{"token":')).toBe('HTTP/1.1 408 Request Timeout');
});

it('A body that is too large is answered with 413', async () => {
  expect(await answerTo(2_000_000, 'x'.repeat(700_000))).toBe('HTTP/1.1 413 Payload Too Large');
});

it.each(['text/plain', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded'])(
  'A body that is not JSON in UTF-8 is answered with 415: %s',
  async (type) => {
    expect(await answerTo(2, '{}', type)).toBe('HTTP/1.1 415 Unsupported Media Type');
  },
);

it.each(['[]', '5', '"x"', 'null', '{'])(
  'A body that is not a JSON object is answered with 400: %s',
  async (body) => {
    expect(await answerTo(body.length, body)).toBe('HTTP/1.1 400 Bad Request');
  },
);
