import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { KafkaTopics, KafkaTransactions } from '@nestjs-spark/kafka/internal';
import {
  Connections,
  EmbeddedPipelines,
  readDefinition,
  type Totals,
} from '@nestjs-spark/pipelines/embedded';
import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import { startKafka, startPostgres, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';

const RECORDS = 4_000;
const MOST_BYTES = 1_000_000;

describeWithOwnServers(['kafka', 'postgres'], 'a pipeline from Kafka to PostgreSQL', () => {
  let kafka: ServerHandle;
  let postgres: ServerHandle;
  let brokers: string;
  let connection: PostgresConnection;
  let folder: string;
  let pipelines: EmbeddedPipelines;
  let stop: AbortController;

  beforeAll(async () => {
    const quiet = { temporary: true, log: () => undefined };
    [kafka, postgres] = await Promise.all([startKafka(quiet), startPostgres(quiet)]);
    brokers = new URL(kafka.url).host;
    connection = new PostgresConnection({ url: postgres.url });
  });
  afterAll(async () => {
    await connection.close();
    await Promise.all([kafka.stop(), postgres.stop()]);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-away-'));
    stop = new AbortController();
    const connections = new Connections([
      { name: 'default', type: 'kafka', settings: { brokers } },
      { name: 'default', type: 'postgres', settings: { url: postgres.url } },
    ]);
    pipelines = new EmbeddedPipelines({ folder, files: folder, connections, print: () => undefined });
  });
  afterEach(async () => {
    stop.abort();
    await pipelines.close();
    rmSync(folder, { recursive: true });
  });

  async function send(topic: string, records: readonly object[]): Promise<void> {
    const topics = new KafkaTopics({ brokers: [brokers] }, 'spec');
    await topics.ensure(topic, { partitions: 2 });
    await topics.close();
    const writer = new KafkaTransactions({ brokers: [brokers] }, 'spec', `spec-${topic}`);
    await writer.open();
    const messages = records.map((record, n) => ({
      topic,
      key: Buffer.from(String(n)),
      value: Buffer.from(JSON.stringify(record)),
    }));
    await writer.write(messages, MOST_BYTES);
    await writer.close();
  }

  /** A table in which a record that is written twice is there twice. */
  async function ids(table: string): Promise<number[]> {
    const rows = await connection.query<{ id: number }>({ text: `SELECT id FROM ${table} ORDER BY id` });
    return rows.map(({ id }) => id);
  }

  const run = (name: string, onProgress?: (totals: Totals) => void) => {
    const definition = readDefinition(`
pipelineId: ${name}
name: Away
source: { type: kafka, topic: ${name} }
transforms: [{ type: filter, condition: "id % 2 == 0" }]
sink: { type: postgres, table: ${name} }
batch: { maxRecords: 100 }
`);
    return pipelines.run(definition, { signal: stop.signal, ...(onProgress && { onProgress }) });
  };

  it('goes on by itself when one server after the other was killed and came back, with each record once', async () => {
    await connection.query({ text: 'CREATE TABLE away (id int)' });
    const all = Array.from({ length: RECORDS }, (_, id) => ({ id }));
    await send('away', all.slice(0, RECORDS / 2));
    let read = 0;
    const running = run('away', (totals) => void (read = totals.read));
    await eventually(() => read > 300);
    await postgres.kill9();
    // Its children outlive it for a moment and hold its memory; until then it does not start.
    await eventually(() => postgres.restart().then(() => true), { timeoutMs: 60_000 });
    await eventually(() => read === RECORDS / 2, { timeoutMs: 60_000 });
    await kafka.kill9();
    await kafka.restart();
    await send('away', all.slice(RECORDS / 2));
    await eventually(() => read === RECORDS, { timeoutMs: 60_000 });
    stop.abort();
    const { totals } = await running;
    expect(totals).toMatchObject({ read: RECORDS, written: RECORDS / 2, filtered: RECORDS / 2 });
    expect(await ids('away')).toEqual(all.map(({ id }) => id).filter((id) => id % 2 === 0));
  });

  it('makes a dead letter of the record that the table refuses, and writes the others', async () => {
    await connection.query({ text: 'CREATE TABLE refused (id int CHECK (id <> 42), name varchar(10))' });
    const records = Array.from({ length: 100 }, (_, id) => ({
      id,
      name: id === 60 ? 'far too long for it' : 'short',
    }));
    await send('refused', records);
    let read = 0;
    const running = run('refused', (totals) => void (read = totals.read));
    await eventually(() => read === records.length, { timeoutMs: 30_000 });
    stop.abort();
    const { totals } = await running;
    expect(totals).toMatchObject({ read: 100, written: 48, filtered: 50, deadLettered: 2 });
    const letters = await pipelines.letters('refused');
    expect(letters.map(({ step, record }) => [step, (JSON.parse(record) as { id: number }).id])).toEqual([
      ['sink', 42],
      ['sink', 60],
    ]);
    const even = records.map(({ id }) => id).filter((id) => id % 2 === 0 && id !== 42 && id !== 60);
    expect(await ids('refused')).toEqual(even);
  });
});
