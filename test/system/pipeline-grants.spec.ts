import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { startDataflow } from '../support/dataflow-nodes.ts';
import { demand } from '../support/http.ts';
import { PATIENCE_MS } from '../support/member.ts';
import { NatsWithUsers } from '../support/nats-with-users.ts';

jest.setTimeout(3 * PATIENCE_MS);

const MEMBERS = ['--pipelines', 'Dataflow', '--module', 'Sales'];
const NODES = ['one', 'two'] as const;
const WAIT = { timeoutMs: PATIENCE_MS };

describeWithOwnServers(['nats'], 'What the nodes of pipelines are permitted on NATS', () => {
  let nats: NatsWithUsers;
  let urls: Record<(typeof NODES)[number], string>;
  const children: ChildProcess[] = [];
  let sales: JetStreamConnection;

  beforeAll(async () => {
    nats = await NatsWithUsers.start(MEMBERS);
    expect(nats.provisioned).toMatch(/SPARK_PIPELINE_EVENTS: created/);
    await mkdir(join(nats.folder, 'files'));
    await writeFile(join(nats.folder, 'files', 'people.ndjson'), '{"id":1,"age":40}\n{"id":2,"age":"?"}\n');
    const asDataflow = await nats.environmentOf('Dataflow');
    const started = await Promise.all(NODES.map(async (node) => [node, await start(node, asDataflow)]));
    urls = Object.fromEntries(started) as typeof urls;
    sales = await nats.connect('Sales');
  });
  afterAll(async () => {
    const ends = children.map((child) => once(child, 'exit'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ends);
    await nats?.stop();
  });

  async function start(node: string, secured: Record<string, string>): Promise<string> {
    const { child, url } = await startDataflow({
      ...secured,
      SPARK_NODE_ID: node,
      SPARK_DATA_DIR: join(nats.folder, node),
      SPARK_PIPELINES_FILES: join(nats.folder, 'files'),
    });
    children.push(child);
    return url;
  }

  it('includes everything that they do: shards, commands of each other, batches, dead letters', async () => {
    await eventually(async () => {
      const { body } = await demand<{ nodes: { shards: number }[] }>(`${urls.one}/api/cluster`);
      expect(body.nodes.map(({ shards }) => shards > 0)).toEqual([true, true]);
    }, WAIT);
    const adults = {
      name: 'Adults',
      source: { type: 'file', path: 'people.ndjson' },
      transforms: [{ type: 'filter', condition: 'age >= 18' }],
    };
    // Several, so that each node owns some and is asked by the other one.
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `adults-${name}`);
    for (const pipelineId of ids) {
      const body = { pipelineId, ...adults, sink: { type: 'file', path: pipelineId } };
      await demand(`${urls.one}/api/pipelines`, { method: 'POST', body });
      await demand(`${urls.two}/api/pipelines/${pipelineId}/start`, { method: 'POST', body: {} });
    }
    for (const pipelineId of ids)
      await eventually(async () => {
        const { body } = await demand<{ progress: object }>(`${urls.one}/api/pipelines/${pipelineId}`);
        expect(body.progress).toMatchObject({ written: 1, deadLettered: 1 });
      }, WAIT);
    const letters = `${urls.two}/api/pipelines/adults-a/dead-letters`;
    const { body } = await demand<{ letterId: string }[]>(letters);
    await demand(`${letters}/${body[0]?.letterId}`, { method: 'DELETE' });
    expect((await demand<unknown[]>(letters)).body).toEqual([]);
  });

  it.each([
    ['writes what has happened to a pipeline', 'spark.pipelines.events.default.adults'],
    ['writes the batches of one', 'spark.pipelines.batches.default.adults.0'],
    ['takes a shard', '$KV.SPARK_PIPELINE_SHARDS.0'],
    ['says that a node is there', '$KV.SPARK_PIPELINE_NODES.one'],
    ['commands an owner', 'spark.pipelines.shard.0.1'],
    ['reads records that failed', '$JS.API.DIRECT.GET.SPARK_PIPELINE_DEAD_LETTERS'],
  ])('does not include that another module %s', async (_what, subject) => {
    const request = sales.use(({ nc }) => nc.request(subject, '{}', { timeout: 5_000 }));
    await expect(request).rejects.toThrow(`publish to ${subject}`);
  });
});
