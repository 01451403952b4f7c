import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { rowsIn, startDataflow, until, type Dataflow } from '../support/dataflow-nodes.ts';
import { demand } from '../support/http.ts';
import { onNats } from '../support/on-nats.ts';

const RECORDS = 1_000;
const DEEP = '['.repeat(100_000);

interface View {
  state: string;
  run: { shard: number; epoch: number };
  progress: { written: number };
}

describeWithOwnServers(
  ['nats'],
  'Messages that a plain NATS client publishes to the subjects of pipelines',
  () => {
    let nats: ServerHandle;
    let folder: string;
    let node: Dataflow;

    beforeAll(async () => {
      nats = await startNats({ temporary: true, log: () => undefined });
      folder = await mkdtemp(join(tmpdir(), 'spark-forged-'));
      await mkdir(join(folder, 'files'));
      node = await startDataflow({
        NATS_URL: nats.url,
        SPARK_NODE_ID: 'one',
        SPARK_DATA_DIR: join(folder, 'one'),
        SPARK_PIPELINES_FILES: join(folder, 'files'),
      });
    }, 120_000);
    afterAll(async () => {
      node?.child.kill('SIGKILL');
      await nats.stop();
      await rm(folder, { recursive: true });
    });

    const post = (path: string, body: object = {}) =>
      demand<View>(`${node.url}/api/pipelines${path}`, { method: 'POST', body });
    const view = async () => (await demand<View>(`${node.url}/api/pipelines/numbers`)).body;

    /** Complete messages of the pipeline itself, each with one thing wrong. */
    async function forge(): Promise<void> {
      const { shard, epoch } = (await view()).run;
      await onNats(nats.url, (connection) =>
        connection.use(async ({ nc, jsm }) => {
          const send = (subject: string, value: unknown) =>
            nc.publish(subject, typeof value === 'string' ? value : JSON.stringify(value));
          const last = async (stream: string, subject: string) => {
            const found = await jsm.streams.getMessage(`SPARK_PIPELINE_${stream}`, { last_by_subj: subject });
            return JSON.parse(found?.string() ?? 'null') as Record<string, unknown>;
          };
          const of = (log: string) => `spark.pipelines.${log}.default.numbers`;
          const event = await last('EVENTS', of('events'));
          for (const subject of [
            of('events'),
            'spark.pipelines.events.default.other',
            'spark.pipelines.events.x',
          ])
            for (const value of [
              'nonsense',
              DEEP,
              { ...event, type: 'Exploded' },
              { ...event, type: 'constructor' },
              { ...event, type: 'PipelineCreated', data: {} },
              { ...event, type: 'PipelineDeleted', tenant: 'elsewhere' },
            ])
              send(subject, value);
          const batch = await last('BATCHES', `${of('batches')}.0`);
          for (const value of ['nonsense', DEEP, { ...batch, state: null }, { state: { generation: 'x' } }])
            send(`${of('batches')}.0`, value);
          const status = await last('STATUS', of('status'));
          for (const value of ['nonsense', DEEP, { ...status, status: { epoch: 1_000_000 } }])
            send(of('status'), value);
          for (const value of ['nonsense', DEEP, {}, { ...event, command: { type: 'explode' } }])
            send(`spark.pipelines.shard.${shard}.${epoch}`, value);
          for (const key of ['NODES.stranger', 'SHARDS.999', 'SHARDS.x'])
            for (const value of ['nonsense', DEEP, {}]) send(`$KV.SPARK_PIPELINE_${key}`, value);
          await nc.flush();
        }),
      );
    }

    it('stop nothing and lose nothing: the pipeline accepts commands, and each record is written once', async () => {
      await post('', {
        pipelineId: 'numbers',
        name: 'Numbers',
        source: { type: 'generate', count: RECORDS, perSecond: 200 },
        sink: { type: 'file', path: 'out' },
        batch: { maxRecords: 20 },
      });
      await post('/numbers/start');
      await until(async () => (await view()).progress.written > 100);
      await forge();
      expect((await post('/numbers/pause')).body.state).toBe('Paused');
      await forge();
      expect((await post('/numbers/resume')).body.state).toBe('Running');
      await until(async () => (await view()).state === 'Completed');
      const ids = rowsIn<{ id: number }>(join(folder, 'files', 'out')).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: RECORDS }, (_, at) => at + 1));
      expect((await demand<View[]>(`${node.url}/api/pipelines`)).body).toHaveLength(1);
    }, 120_000);
  },
);
