import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { SqliteFile } from '@nestjs-spark/sqlite/internal';
import { startDataflow, type Dataflow } from '../support/dataflow-nodes.ts';

const RECORDS = 1_500;
const WAIT = { timeoutMs: 120_000 };

interface View {
  state: string;
  run: { phase: string; epoch: number };
  progress: { written: number };
}

describeWithOwnServers(['nats'], 'a pipeline whose NATS has lost its data', () => {
  let nats: ServerHandle;
  let folder: string;
  let file: SqliteFile;
  let node: Dataflow;

  beforeAll(async () => {
    nats = await startNats({ temporary: true, log: () => undefined });
    folder = await mkdtemp(join(tmpdir(), 'spark-nats-lost-'));
    await mkdir(join(folder, 'files'));
    await writeFile(
      join(folder, 'numbers.yaml'),
      `
pipelineId: numbers
name: Numbers
source: { type: generate, count: ${RECORDS}, perSecond: 200 }
sink: { type: sqlite, path: out.db, table: numbers }
batch: { maxRecords: 20 }
`,
    );
    // Without a key, a record that is written twice is there twice.
    file = new SqliteFile(join(folder, 'files', 'out.db'));
    await file.write((work) => work.run('CREATE TABLE numbers (id INTEGER, even INTEGER)'));
  }, 120_000);
  afterAll(async () => {
    node?.child.kill('SIGKILL');
    await file.close();
    await nats.stop();
    await rm(folder, { recursive: true });
  });

  async function start(): Promise<void> {
    node = await startDataflow({
      NATS_URL: nats.url,
      SPARK_NODE_ID: 'one',
      SPARK_NODE_TTL_MS: '2000',
      SPARK_DATA_DIR: join(folder, 'one'),
      SPARK_PIPELINES_FILES: join(folder, 'files'),
      SPARK_PIPELINES_LOAD: join(folder, 'numbers.yaml'),
    });
  }
  async function end(): Promise<void> {
    node.child.kill('SIGTERM');
    await once(node.child, 'exit');
  }
  const view = async () => (await fetch(`${node.url}/api/pipelines/numbers`)).json() as Promise<View>;
  const ids = () =>
    file.write((work) => work.rows<{ id: number }>('SELECT id FROM numbers ORDER BY id').map(({ id }) => id));

  it('continues from the checkpoint of its sink, in a later epoch, when it is applied again: each record is there once', async () => {
    await start();
    await eventually(async () => expect((await view()).progress.written).toBeGreaterThan(100), WAIT);
    // The second epoch: what NATS begins with again is below it.
    await end();
    await start();
    await eventually(async () => expect((await view()).progress.written).toBeGreaterThan(300), WAIT);
    const { epoch } = (await view()).run;
    expect(epoch).toBeGreaterThan(1);
    await nats.kill9();
    for (const name of await readdir(nats.dataDir))
      if (!name.endsWith('.log')) await rm(join(nats.dataDir, name), { recursive: true });
    await nats.restart();
    await end();
    await start();
    await eventually(async () => expect(await view()).toMatchObject({ state: 'Completed' }), WAIT);
    expect((await view()).run.epoch).toBeGreaterThan(epoch);
    expect(await ids()).toEqual(Array.from({ length: RECORDS }, (_, at) => at + 1));
  }, 300_000);
});
