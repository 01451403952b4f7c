import { describe, expect, it } from '@jest/globals';
import { encodeChangeSet, sealMessage, taskSubject, type LogPayload } from '@nestjs-spark/contracts/internal';
import { MemoryKeys, MemoryLog, MemoryLogger } from '@nestjs-spark/testing';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { SetReader, type ReceivedSet } from './set-reader.ts';

const { incarnation, databaseId, witness, script } = checkpointOf(TASK);
const SET = {
  task: TASK,
  generation: 1,
  incarnation,
  databaseId,
  witness,
  script,
  from: 1,
  to: 1,
  began: 0,
  live: false,
  resync: null,
  readAt: 0,
  commands: [],
};

describe('what a requester takes for its owner’s', () => {
  const keys = new MemoryKeys();
  const fleet = keys.signerOf('Fleet');
  const sealed = (message: LogPayload, signer = fleet): LogPayload =>
    sealMessage(message, taskSubject(TASK), signer);

  /** Reads so many messages. */
  async function read(messages: LogPayload[], wasSigned = false) {
    const log = new MemoryLog();
    for (const message of messages) log.intrude(message);
    const logger = new MemoryLogger();
    const reader = new SetReader(TASK, { log, verifier: keys, logger, wasSigned: () => wasSigned });
    const received: ReceivedSet[] = [];
    const stop = new AbortController();
    for await (const one of reader.read(1, stop.signal)) {
      received.push(one);
      if (received.length === messages.length) stop.abort();
    }
    const told = received.map((one) =>
      one.refused ? one.refused.message : one.signed ? 'signed' : 'unsigned',
    );
    return { told, logger, tail: await reader.tail() };
  }

  it('is what the owner has signed, and the next one after something else', async () => {
    const set = await encodeChangeSet(SET);
    const { told, tail } = await read([sealed(set), { headers: {}, payload: Buffer.from('x') }, sealed(set)]);
    expect(told).toEqual([
      'signed',
      expect.stringMatching(/^message 2 .*is refused: it is not signed/),
      'signed',
    ]);
    expect(tail?.header?.to).toBe(1);
  });

  it('is nothing else, with a reason that tells what to do', async () => {
    const set = await encodeChangeSet(SET);
    const stranger = keys.stranger();
    const strange = await encodeChangeSet({ ...SET, task: { ...TASK, name: 'Vans' } });
    const { told, tail } = await read([
      sealed(set, stranger),
      { ...sealed(set), payload: Buffer.from('D\t"a"') },
      sealed(strange),
      sealed({ ...set, payload: Buffer.from('Z') }),
    ]);
    expect(told).toEqual([
      expect.stringContaining(`approve it: SPARK_TRUSTED_KEYS=Fleet=${stranger.keyId}`),
      expect.stringContaining('its signature is not that of Fleet'),
      expect.stringContaining('it belongs to the task Fleet -> HR: Vans'),
      expect.stringContaining('Not a change set'),
    ]);
    // Its header alone says who sent it and how far that goes.
    expect(tail?.header?.to).toBe(1);
    expect((await read([sealed(strange)])).tail).toEqual({ header: null });
  });

  it('is also what an older owner does not sign, which is said once, until it signs', async () => {
    const set = await encodeChangeSet(SET);
    keys.older.add('Fleet');
    const { told, logger } = await read([set, set, sealed(set), set]);
    expect(told.slice(0, 3)).toEqual(['unsigned', 'unsigned', 'signed']);
    expect(told[3]).toContain('Fleet signs what it sends');
    expect(logger.said('warn')).toHaveLength(1);
    expect((await read([set], true)).told[0]).toContain('is refused');
    keys.older.clear();
  });
});
