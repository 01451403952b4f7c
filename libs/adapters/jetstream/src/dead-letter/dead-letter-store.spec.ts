import { DEAD_LETTERS_STREAM } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { specConnection, specName } from '../fixtures/spec-connection.ts';
import { toHeaders } from '../log/headers.ts';
import { ensureStream } from '../provision/ensure-stream.ts';
import { DEAD_LETTERS } from '../provision/streams.ts';
import { DeadLetterStore } from './dead-letter-store.ts';
import { LETTER_HEADER, letterSubject, letterSubjects } from './letter.ts';

const LATE_MS = 20_000;

describeWithServers(['nats'], 'The list of dead letters', () => {
  let connection: JetStreamConnection;
  let store: DeadLetterStore;
  const module = specName('M');
  const subject = 'spark.commands.spec.deploy';

  beforeAll(async () => {
    connection = specConnection();
    store = new DeadLetterStore(connection, module);
    await ensureStream(connection, DEAD_LETTERS);
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(async () => {
    const filter = letterSubjects(module);
    await connection.use(({ jsm }) => jsm.streams.purge(DEAD_LETTERS_STREAM, { filter }));
    await connection.close();
  });

  async function letter(name: string): Promise<string> {
    const id = `${nameKey(module)}.${name}.1`;
    const at = new Date().toISOString();
    const text = {
      id,
      module,
      consumer: name,
      stream: 'SPARK_COMMANDS',
      subject,
      sequence: 1,
      publishedAt: at,
      failedAt: at,
      attempts: [],
      unanswered: 0,
      headers: {},
    };
    const headers = toHeaders({ [LETTER_HEADER]: JSON.stringify(text) });
    await connection.use(({ js }) => js.publish(letterSubject(id), '', { headers }));
    return id;
  }

  /** Does something between the moment when the letters are counted and the one when they are read. */
  async function beforeReading(work: () => Promise<unknown>): Promise<void> {
    const { js } = await connection.ready();
    const get = js.consumers.get.bind(js.consumers);
    jest.spyOn(js.consumers, 'get').mockImplementationOnce(async (...parameters) => {
      const consumer = await get(...parameters);
      await work();
      return consumer;
    });
  }

  it('has each letter, oldest first, and those on one subject', async () => {
    const ids = [await letter('a'), await letter('b')];
    expect((await store.list()).map(({ id }) => id)).toEqual(ids);
    expect(await store.list('spark.commands.other')).toEqual([]);
    await Promise.all(ids.map((id) => store.remove(id)));
    expect(await store.list()).toEqual([]);
  });

  it(
    'ends although another instance removes what is left of them meanwhile',
    async () => {
      const gone = await letter('gone');
      await beforeReading(() => store.remove(gone));
      expect(await store.list()).toEqual([]);
      const [stays, last] = [await letter('stays'), await letter('last')];
      await beforeReading(() => store.remove(last));
      expect((await store.list()).map(({ id }) => id)).toEqual([stays]);
    },
    LATE_MS,
  );
});
