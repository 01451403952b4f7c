import { describe, expect, it } from '@jest/globals';
import { writerOf } from '../../testing/replica-file.ts';
import type { Outgoing } from '../publish/next-message.ts';
import { LogWriter } from './log-writer.ts';

const ACK: Outgoing = {
  kind: 'ack',
  origin: 'o'.repeat(20),
  tail: 1,
  last: 0,
  claims: { ack: 5, at: 5, stable: 0 },
};

describe('what a node says in the log', () => {
  it('is on its disk before', async () => {
    const done: string[] = [];
    const writer = new LogWriter({
      writer: writerOf('a'),
      store: {
        nextMessage: async () => ACK,
        sync: async () => void done.push('on the disk'),
        forgetTail: async () => undefined,
      },
      log: {
        describe: async () => null,
        append: async () => done.push('said'),
        tailOf: async () => 1,
      },
      state: { log: 'connected', position: 5 },
    });
    writer.begin(5);
    await writer.say(new AbortController().signal);
    expect(done).toEqual(['on the disk', 'said']);
  });
});
