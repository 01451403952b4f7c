import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
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
  const nodes: Dataflow[] = [];

  beforeAll(async () => {
    nats = await startNats({ temporary: true, log: () => undefined });
    folder = await mkdtemp(join(tmpdir(), 'spark-nats-lost-'));
    await mkdir(join(folder, 'files'));
    file = new SqliteFile(join(folder, 'files', 'out.db'));
  }, 120_000);
  afterEach(() => {
    for (const { child } of nodes.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await file.close();
    await nats.stop();
    await rm(folder, { recursive: true });
  });

  async function define(pipelineId: string): Promise<void> {
    await writeFile(
      join(folder, `${pipelineId}.yaml`),
      `
pipelineId: ${pipelineId}
name: Numbers
source: { type: generate, count: ${RECORDS}, perSecond: 200 }
sink: { type: sqlite, path: out.db, table: ${pipelineId} }
batch: { maxRecords: 20 }
`,
    );
    // Without a key, a record that is written twice exists twice.
    await file.write((work) => work.run(`CREATE TABLE ${pipelineId} (id INTEGER, even INTEGER)`));
  }
  async function start(name: string, pipelineId: string): Promise<Dataflow> {
    const node = await startDataflow({
      NATS_URL: nats.url,
      SPARK_NODE_ID: name,
      SPARK_NODE_TTL_MS: '2000',
      SPARK_DATA_DIR: join(folder, name),
      SPARK_PIPELINES_FILES: join(folder, 'files'),
      SPARK_PIPELINES_LOAD: join(folder, `${pipelineId}.yaml`),
    });
    nodes.push(node);
    return node;
  }
  async function end({ child }: Dataflow): Promise<void> {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  async function loseData(): Promise<void> {
    await nats.kill9();
    for (const name of await readdir(nats.dataDir))
      if (!name.endsWith('.log')) await rm(join(nats.dataDir, name), { recursive: true });
    await nats.restart();
  }
  const view = async ({ url }: Dataflow, pipelineId: string) =>
    (await fetch(`${url}/api/pipelines/${pipelineId}`)).json() as Promise<View>;
  const hasWritten = (node: Dataflow, pipelineId: string, count: number) =>
    eventually(
      async () => expect((await view(node, pipelineId)).progress.written).toBeGreaterThan(count),
      WAIT,
    );
  const isCompleted = (node: Dataflow, pipelineId: string) =>
    eventually(async () => expect(await view(node, pipelineId)).toMatchObject({ state: 'Completed' }), WAIT);
  const ids = (pipelineId: string) =>
    file.write((work) =>
      work.rows<{ id: number }>(`SELECT id FROM ${pipelineId} ORDER BY id`).map(({ id }) => id),
    );
  const all = Array.from({ length: RECORDS }, (_, at) => at + 1);

  it('continues from its sink’s checkpoint in a later epoch when it is applied again: each record exists once', async () => {
    await define('numbers');
    let node = await start('one', 'numbers');
    await hasWritten(node, 'numbers', 100);
    // The second epoch: after its loss, NATS begins with a smaller one.
    await end(node);
    node = await start('one', 'numbers');
    await hasWritten(node, 'numbers', 300);
    const { epoch } = (await view(node, 'numbers')).run;
    expect(epoch).toBeGreaterThan(1);
    await loseData();
    await end(node);
    node = await start('one', 'numbers');
    await isCompleted(node, 'numbers');
    expect((await view(node, 'numbers')).run.epoch).toBeGreaterThan(epoch);
    expect(await ids('numbers')).toEqual(all);
  }, 300_000);

  it('has one writer in each epoch: the next owner, which NATS would give the first epoch again, has a later one than the suspended owner', async () => {
    await define('asleep');
    await loseData();
    const one = await start('one', 'asleep');
    await hasWritten(one, 'asleep', 100);
    const { epoch } = (await view(one, 'asleep')).run;
    await suspend(one);
    await loseData();
    const two = await start('two', 'asleep');
    await hasWritten(two, 'asleep', 300);
    expect((await view(two, 'asleep')).run.epoch).toBeGreaterThan(epoch);
    one.child.kill('SIGCONT');
    await isCompleted(two, 'asleep');
    expect(await ids('asleep')).toEqual(all);
  }, 300_000);

  /** Not in the middle of a write, when it would keep the file locked. */
  async function suspend({ child }: Dataflow): Promise<void> {
    await eventually(async () => {
      child.kill('SIGSTOP');
      try {
        await file.write((work) => work.run('DELETE FROM asleep WHERE id < 0'));
      } catch (error) {
        child.kill('SIGCONT');
        throw error;
      }
    });
  }
});
