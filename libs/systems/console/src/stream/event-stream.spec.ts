import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, expect, it, jest } from '@jest/globals';
import type { ConsoleState } from '../ask/state.ts';
import { streamState } from './event-stream.ts';
import { SentStates } from './sent-states.ts';

const LONG = 'x'.repeat(1024 * 1024);
const stateOf = (why: string): ConsoleState => ({
  at: new Date().toISOString(),
  modules: [{ name: 'HR', why } as ConsoleState['modules'][number]],
  copies: [],
  letters: 0,
  history: {},
});

const ends: (() => void)[] = [];
afterEach(() => {
  jest.restoreAllMocks();
  ends.splice(0).forEach((end) => end());
});

/** A stream to a browser that reads nothing, and what tells it something new. */
async function open(endsAt: number) {
  const listeners = new Set<(state: ConsoleState) => void>();
  const { promise: response, resolve } = Promise.withResolvers<ServerResponse>();
  const aggregator = {
    state: () => stateOf(''),
    watch: (listener: (state: ConsoleState) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const server = createServer((_, answer) => {
    const systems = { watch: () => () => undefined };
    streamState(
      answer,
      { aggregator, sent: new SentStates(), systems },
      { view: 'overview', after: null, endsAt },
    );
    resolve(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  reader.on('error', () => undefined);
  reader.write('GET / HTTP/1.1\r\nHost: console\r\n\r\n');
  ends.push(
    () => void reader.destroy(),
    () => void server.close(),
  );
  return { response: await response, listeners, reader };
}

it('A browser that takes nothing in is disconnected at once, and nothing is written to it afterwards', async () => {
  const { response, listeners } = await open(Infinity);
  const [tell = () => undefined] = listeners;
  // The system's own buffers take some megabytes before anything stays here.
  for (let times = 0; times < 200 && listeners.size > 0; times++) tell(stateOf(`${times}${LONG}`));
  expect(listeners.size).toBe(0);
  expect(response.destroyed).toBe(true);
  expect(() => tell(stateOf('late'))).not.toThrow();
});

it('A stream ends with its session', async () => {
  const { response, listeners } = await open(Date.now() - 1);
  expect(response.writableEnded || response.destroyed).toBe(true);
  expect(listeners.size).toBe(0);
});

it('A clock that is set back does not silence a stream: the browser would take it for lost', async () => {
  const { response, listeners } = await open(Infinity);
  const [tell = () => undefined] = listeners;
  const written = jest.spyOn(response, 'write');
  const [now, since] = [Date.now(), performance.now()];
  jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
  jest.spyOn(performance, 'now').mockReturnValue(since + 5_000);
  tell(stateOf(''));
  expect(written).toHaveBeenCalledTimes(1);
});

it('A browser that leaves is told nothing more', async () => {
  const { response, listeners, reader } = await open(Infinity);
  expect(listeners.size).toBe(1);
  const closed = once(response, 'close');
  reader.destroy();
  await closed;
  expect(listeners.size).toBe(0);
});

it('A browser that was cut off is told what it missed, and nothing when it was cut off too long', () => {
  const sent = new SentStates();
  const had = stateOf('one');
  const first = sent.note('overview', had, 0);
  expect(sent.find(first, 'overview')).toBe(had);
  expect(sent.find(first, 'copy:Fleet/HR/Cars')).toBeNull();
  expect(sent.find(null, 'overview')).toBeNull();
  const second = sent.note('overview', stateOf('two'), 61_000);
  expect(second).toBe(first + 1);
  expect(sent.find(first, 'overview')).toBeNull();
});
