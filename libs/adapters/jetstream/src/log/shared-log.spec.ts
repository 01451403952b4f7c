import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { JetStreamSharedLog } from './shared-log.ts';

describeWithServers(['nats'], 'A shared log with messages over max_payload', () => {
  let connection: JetStreamConnection;
  let log: JetStreamSharedLog;
  const name = specName('SHARED');
  const big = { headers: {}, payload: new Uint8Array(2 * 1024 ** 2).fill(1) };
  const small = { headers: {}, payload: Buffer.from('small') };

  beforeAll(async () => {
    connection = specConnection();
    const stream = { name, subjects: `${name.toLowerCase()}.>`, description: 'spec' };
    log = new JetStreamSharedLog({ connection, log: new MemoryLogger(), stream, maxBytes: 16 * 1024 ** 2 });
    await log.provision();
  });
  afterAll(async () => {
    await deleteStreams(connection, name);
    await connection.close();
  });

  /** Reads the first message of a writer that has said something small, big and small; the others are already on their way. */
  async function begin(writer: string) {
    const first = await log.append(writer, small, 0);
    const second = await log.append(writer, big, first);
    const last = await log.append(writer, small, second);
    const reading = log.read(first, new AbortController().signal);
    expect((await reading.next()).value).toMatchObject({ sequence: first, left: 2 });
    return { reading, second, last };
  }

  it('does not say that a message has no content when it was removed while it was read', async () => {
    const { reading, last } = await begin('trimmed');
    await log.trim('trimmed', last);
    await expect(reading.next()).rejects.toThrow(UnavailableError);
  });

  it('says so of one whose content alone is gone: everybody who reads it finds the same', async () => {
    const { reading, second } = await begin('emptied');
    for (const object of await log.listObjects('')) await log.removeObject(object);
    expect((await reading.next()).value).toMatchObject({ sequence: second, payload: null });
    await reading.return(undefined);
  });
});
