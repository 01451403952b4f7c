import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KafkaTopics, KafkaTransactions } from '@nestjs-spark/kafka/internal';
import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import { startKafka, startPostgres, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, TcpProxy } from '@nestjs-spark/servers/testing';
import { startDataflow, until, type Dataflow } from '../support/dataflow-nodes.ts';
import { ask } from '../support/http.ts';

const MIB = 1024 * 1024;
const RECORD_BYTES = 8 * 1024;
/** Bytes sent before the sink is away, while it is silent, and while it refuses connections. */
const [BEFORE, SILENT, REFUSING] = [32 * MIB, 128 * MIB, 64 * MIB];
/** What is fetched ahead plus current batches, with a margin for garbage that is not collected at once; far below what is sent. */
const MOST_GROWTH = 96 * MIB;
const SET = 512;

interface View {
  run: { phase: string; retries: number };
  progress: { read: number; written: number; lag: number | null };
}

describeWithOwnServers(
  ['kafka', 'postgres'],
  'a pipeline whose sink is away while its source continues',
  () => {
    let kafka: ServerHandle;
    let postgres: ServerHandle;
    let connection: PostgresConnection;
    let proxy: TcpProxy;
    let writer: KafkaTransactions;
    let folder: string;
    let node: Dataflow;
    let sent = 0;

    beforeAll(async () => {
      const quiet = { temporary: true, log: () => undefined };
      [kafka, postgres] = await Promise.all([startKafka(quiet), startPostgres(quiet)]);
      connection = new PostgresConnection({ url: postgres.url });
      // Without a key, a record that is written twice exists twice.
      await connection.query({ text: 'CREATE TABLE away (id bigint)' });
      const url = new URL(postgres.url);
      proxy = await TcpProxy.before(Number(url.port));
      url.port = String(proxy.port);
      const brokers = new URL(kafka.url).host;
      const topics = new KafkaTopics({ brokers: [brokers] }, 'spec');
      await topics.ensure('away', { partitions: 2 });
      await topics.close();
      writer = new KafkaTransactions({ brokers: [brokers] }, 'spec', 'spec-away');
      await writer.open();
      folder = mkdtempSync(join(tmpdir(), 'spark-sink-away-'));
      node = await startDataflow({
        SPARK_DATA_DIR: folder,
        SPARK_PIPELINES_FILES: folder,
        KAFKA_BROKERS: brokers,
        POSTGRES_URL: url.href,
      });
    }, 240_000);
    afterAll(async () => {
      node?.child.kill('SIGKILL');
      await writer?.close();
      await proxy?.close();
      await connection?.close();
      await Promise.all([kafka?.stop(), postgres?.stop()]);
      rmSync(folder, { recursive: true });
    });

    async function post(path: string, body: object = {}): Promise<void> {
      const { status } = await ask(`${node.url}/api/pipelines${path}`, { method: 'POST', body });
      expect([200, 201]).toContain(status);
    }
    const view = async () => (await fetch(`${node.url}/api/pipelines/away`)).json() as Promise<View>;

    /** Memory of the process that runs the pipeline; the sender is another process. */
    async function memory(): Promise<number> {
      const text = await (await fetch(`${node.url}/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
    }

    /** @returns the peak memory of the pipeline's process meanwhile */
    async function send(bytes: number): Promise<number> {
      const padding = 'x'.repeat(RECORD_BYTES);
      let most = 0;
      for (const end = sent + bytes / RECORD_BYTES; sent < end; sent += SET) {
        const ids = Array.from({ length: SET }, (_, more) => sent + more);
        const values = ids.map((id) => Buffer.from(JSON.stringify({ id, padding })));
        await writer.write(
          values.map((value, at) => ({ topic: 'away', partition: at % 2, value })),
          MIB,
        );
        most = Math.max(most, await memory());
      }
      return most;
    }

    it('holds a limited amount in memory however much arrives, continues by itself, and writes each record once', async () => {
      await post('', {
        pipelineId: 'away',
        name: 'Away',
        source: { type: 'kafka', topic: 'away' },
        transforms: [{ type: 'project', fields: ['id'] }],
        sink: { type: 'postgres', table: 'away' },
      });
      await post('/away/start');
      let most = await send(BEFORE);
      await until(async () => (await view()).progress.written === sent);
      const before = Math.max(most, await memory());

      proxy.set({ silent: 'both' });
      most = await send(SILENT);
      const { progress } = await view();
      expect(progress.written).toBeLessThan(sent - (SILENT / RECORD_BYTES) * 0.9);

      proxy.set({ cut: true });
      await until(async () => (await view()).run.retries >= 3);
      most = Math.max(most, await send(REFUSING));
      expect((await view()).run.phase).toBe('retrying');
      expect(most - before).toBeLessThan(MOST_GROWTH);

      proxy.set({});
      await until(async () => (await view()).progress.written === sent);
      const text =
        'SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids, max(id)::int AS last FROM away';
      const [found] = await connection.query({ text });
      expect(found).toEqual({ rows: sent, ids: sent, last: sent - 1 });
    }, 600_000);
  },
);
