import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { KafkaReader, KafkaTopics, KafkaTransactions } from '@nestjs-spark/kafka/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import type { Position } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { checkPosition } from './check-position.ts';
import { Connections } from './connections.ts';
import { FilesFolder } from './file/files-folder.ts';
import { KafkaSource } from './kafka/kafka-source.ts';

const LIMITS = { maxRecords: 10, maxBytes: 1_000_000, maxWaitMs: 200, idleMs: 5_000 };
const MOST_BYTES = 1_000_000;

const check = (brokers: string, topic: string, position: Position) =>
  checkPosition(
    { pipelineId: 'p', name: 'P', source: { type: 'kafka', topic }, sink: { type: 'log' } },
    position,
    {},
    {
      files: new FilesFolder(tmpdir()),
      connections: new Connections([{ name: 'default', type: 'kafka', settings: { brokers } }]),
    },
  );

describeWithServers(
  ['kafka'],
  'a position in a topic whose retention has removed the oldest messages',
  () => {
    let topic: string;
    let topics: KafkaTopics;
    let id: string;
    const brokers = () => testServers().kafkaBrokers;

    // The messages of partition 0 have the offsets 0 to 3, and 4 is the end of their transaction.
    beforeAll(async () => {
      const address = { brokers: [brokers()] };
      topic = `positions_${randomUUID().slice(0, 8)}`;
      topics = new KafkaTopics(address, 'spec');
      await topics.ensure(topic, { partitions: 1 });
      const transactions = new KafkaTransactions(address, 'spec', topic);
      await transactions.open();
      const messages = [0, 1, 2, 3].map((n) => ({ topic, value: Buffer.from(`{"n":${n}}`) }));
      await transactions.write(messages, MOST_BYTES);
      await transactions.close();
      await topics.removeBefore(topic, 0, 2);
      const reader = new KafkaReader(address, 'spec');
      ({ id } = await reader.view(topic));
      await reader.close();
    });
    afterAll(async () => {
      await topics.remove(topic);
      await topics.close();
    });

    it.each([2, 4, 5])('can be its first, any, and the one after the last: %d', async (offset) => {
      expect(await check(brokers(), topic, { [`${id}/0`]: offset })).toBeNull();
    });

    it.each([0, 1, 6])('cannot be before the oldest message or after the end: %d', async (offset) => {
      const name = `${id}/0`;
      const outside = { kind: 'outside', name, extent: { first: 2, end: 5 } };
      expect(await check(brokers(), topic, { [name]: offset })).toEqual(outside);
    });

    it('names partitions that the topic has', async () => {
      const other = `${id}/1`;
      const known = [`${id}/0`];
      expect(await check(brokers(), topic, { [other]: 2 })).toEqual({ kind: 'other', name: other, known });
      expect(await check(brokers(), topic, { '0': 2 })).toMatchObject({ kind: 'other', name: '0', known });
    });

    it('that names no partition begins at the oldest message that is left', async () => {
      const source = new KafkaSource({ brokers: [brokers()] }, { topic }, 'spec');
      const never = new AbortController().signal;
      const { to } = await source.plan({}, LIMITS, never);
      const texts = (await source.read({}, to, never)).map(({ text }) => text);
      await source.close();
      expect(texts).toEqual(['{"n":2}', '{"n":3}']);
    });

    it('is refused with the reason where there is no such topic', async () => {
      await expect(check(brokers(), 'positions_nowhere', {})).rejects.toThrow(
        'Kafka refuses positions_nowhere: Unknown topic',
      );
    });
  },
);

describe('a position in a topic whose brokers do not answer', () => {
  let silent: Server;
  beforeEach(() => new Promise<void>((done) => (silent = createServer()).listen(0, '127.0.0.1', done)));
  afterEach(() => void silent.close());

  it('cannot be checked, which is reported soon', async () => {
    const { port } = silent.address() as AddressInfo;
    const asked = check(`127.0.0.1:${port}`, 'people', {});
    await expect(asked).rejects.toThrow(UnavailableError);
    await expect(asked).rejects.toThrow('cannot be asked what people has');
  });
});

describe('a position in generated records', () => {
  it.each(['generate//3', 'other'])('has nothing but their number: %s', async (name) => {
    const definition: PipelineDefinition = {
      pipelineId: 'p',
      name: 'P',
      source: { type: 'generate', count: 9 },
      sink: { type: 'log' },
    };
    const around = { files: new FilesFolder(tmpdir()), connections: new Connections([]) };
    expect(await checkPosition(definition, { generate: 3 }, {}, around)).toBeNull();
    expect(await checkPosition(definition, { generate: 3, [name]: 3 }, {}, around)).toEqual({
      kind: 'other',
      name,
      known: ['generate'],
    });
  });
});
