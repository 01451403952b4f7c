import { describe, expect, it } from '@jest/globals';
import { LogConflictError, LogFullError } from '@nestjs-spark/contracts/internal';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { writerOf } from '../../testing/replica-file.ts';
import type { PeerEvent } from '../merge/event.ts';
import { MOST_EVENTS } from '../publish/next-batch.ts';
import type { Outgoing } from '../publish/next-message.ts';
import type { Said } from '../publish/said.ts';
import { LogWriter } from './log-writer.ts';

const ORIGIN = 'o'.repeat(20);
const CLAIMS = { ack: 5, at: 5, stable: 0 };
const ACK: Outgoing = { kind: 'ack', origin: ORIGIN, tail: 1, last: 0, claims: CLAIMS };

/** What a file with so many unpublished events has to publish after what is already known to be published. */
function nextOf(written: number, said: Said): Outgoing | null {
  const { number, tail } = said.get(ORIGIN) ?? { number: 0, tail: 1 };
  const numbers = Array.from({ length: MOST_EVENTS }, (_, at) => number + 1 + at);
  const events = numbers
    .filter((one) => one <= written)
    .map((one): PeerEvent => ({ ...ONE_EVENT, origin: ORIGIN, number: one, tx: one }));
  const [first, ...rest] = events;
  return first ? { kind: 'events', origin: ORIGIN, tail, claims: CLAIMS, events: [first, ...rest] } : null;
}

describe('what a node says in the log', () => {
  const { signal } = new AbortController();
  const done: string[] = [];
  const state = { log: 'connected' as const, position: 5, isFull: false, expire: null };
  /** The sequence of the origin's last message. */
  let tail = 1;
  let end = 5;
  /** What happens between the writer's look at its place and the log's answer. */
  let meanwhile = { atDisk: () => {}, atLog: () => {} };

  function writerFor(next: (said: Said) => Outgoing | null): LogWriter {
    done.length = 0;
    meanwhile = { atDisk: () => {}, atLog: () => {} };
    [tail, end, state.position] = [1, 5, 5];
    return new LogWriter({
      writer: writerOf('a'),
      store: {
        nextMessage: async (_, said = new Map()) => next(said),
        sync: async () => {
          meanwhile.atDisk();
          done.push('on the disk');
        },
        forgetTail: async () => undefined,
      },
      log: {
        describe: async () => ({ created: 'today', firstSequence: 1, lastSequence: end }),
        async append(_origin, _message, after) {
          meanwhile.atLog();
          if (after !== tail) throw new LogConflictError(ORIGIN);
          tail = ++end;
          done.push(`said after ${after}`);
          return tail;
        },
        tailOf: async () => tail,
      },
      state,
    });
  }

  it('is on its disk first', async () => {
    const writer = writerFor(() => ACK);
    writer.begin(5);
    await writer.say(signal);
    expect(done).toEqual(['on the disk', 'said after 1']);
  });

  it('continues while there is much, before the node has read it there; then it is read', async () => {
    const writer = writerFor((said) => nextOf(2 * MOST_EVENTS + 1, said));
    writer.begin(5);
    expect(await writer.say(signal)).toBe(true);
    expect(done.filter((one) => one.startsWith('said'))).toEqual([
      'said after 1',
      'said after 6',
      'said after 7',
    ]);
    expect(await writer.say(signal)).toBe(false);
    expect(done).toHaveLength(6);
  });

  it('continues at once when it reconnects to the log, unless messages are missing there', async () => {
    const writer = writerFor((said) => nextOf(1, said));
    writer.begin(5);
    await writer.say(signal);
    state.position = 6;
    end = 100;
    for (const isAsLeft of [false, true]) {
      writer.suspend();
      done.length = 0;
      tail = 1;
      state.position = 50;
      writer.begin(100, isAsLeft);
      await writer.say(signal);
      expect(done.length > 0).toBe(isAsLeft);
      state.position = 100;
      await writer.say(signal);
    }
  });

  it('is not repeated after it was refused until the whole log is read', async () => {
    const writer = writerFor((said) => nextOf(1, said));
    writer.begin(5);
    await writer.say(signal);
    // It was stored, but the answer was lost.
    state.position = 5;
    writer.begin(end, true);
    await expect(writer.say(signal)).rejects.toThrow(LogConflictError);
    expect(await writer.say(signal)).toBe(false);
    expect(done.filter((one) => one.startsWith('said'))).toEqual(['said after 1']);
  });

  it('is not said in a log that was reached meanwhile, before that one is read', async () => {
    const writer = writerFor((said) => nextOf(1, said));
    writer.begin(5);
    meanwhile.atDisk = () => writer.begin(100);
    expect(await writer.say(signal)).toBe(false);
    expect(done).toEqual(['on the disk']);
    expect(await writer.say(signal)).toBe(false);
    expect(done).toEqual(['on the disk']);
  });

  it('is said again where the log was full, which is known until then', async () => {
    const stopped = new AbortController();
    const writer = writerFor((said) => nextOf(1, said));
    writer.begin(5);
    meanwhile.atLog = () => {
      stopped.abort();
      throw new LogFullError(ORIGIN);
    };
    await expect(writer.say(stopped.signal)).rejects.toThrow(LogFullError);
    expect(state.isFull).toBe(true);
    meanwhile.atLog = () => {};
    await writer.say(signal);
    expect(state.isFull).toBe(false);
  });

  it('waits for that one to be read also where the log before was full', async () => {
    const stopped = new AbortController();
    const writer = writerFor((said) => nextOf(1, said));
    writer.begin(5);
    meanwhile.atLog = () => {
      writer.begin(100);
      stopped.abort();
      throw new LogFullError(ORIGIN);
    };
    await expect(writer.say(stopped.signal)).rejects.toThrow(LogFullError);
    meanwhile.atLog = () => {};
    await writer.say(signal);
    expect(done).toEqual(['on the disk']);
  });
});
