import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Connections, EmbeddedPipelines, readDefinition } from '@nestjs-spark/pipelines/embedded';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { DataflowNodes, OPERATOR_TOKEN, until } from '../support/dataflow-nodes.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';

const NODES = ['one', 'two', 'three'];
const RECORDS = 2_000;
const OPERATOR = { authorization: `Bearer ${OPERATOR_TOKEN}` };

/** What a record has under each name: mostly what the definition expects, and now and then anything else. */
const USUAL = {
  age: (random: number) => Math.floor(random * 90),
  name: (random: number) => `Ann ${Math.floor(random * 1_000)}`,
  address: (random: number) => ({ city: random < 0.5 ? 'Bern' : 'Zürich 🚗' }),
};
const UNUSUAL = [null, '', 'ä'.repeat(40), -1, 1.5, 9_007_199_254_740_993n, true, [], {}, undefined];

/** Lines of a file, about one in fifty of which is not JSON, or has something else in a field than is expected. */
function randomLines(seed: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: RECORDS }, (_, id) => {
    const fields = Object.entries(USUAL).flatMap(([name, usual]) => {
      const value = random() < 0.01 ? UNUSUAL[Math.floor(random() * UNUSUAL.length)] : usual(random());
      return value === undefined
        ? []
        : [`"${name}":${typeof value === 'bigint' ? value : JSON.stringify(value)}`];
    });
    const line = `{${[`"id":${id}`, ...fields].join(',')}}`;
    return random() < 0.005 ? line.slice(0, Math.floor(random() * line.length)) : line;
  });
}

interface Letter {
  step: string;
  reason: string;
  record: string;
}

describeWithOwnServers(['nats'], 'one definition', () => {
  let nats: ServerHandle;
  let nodes: DataflowNodes;
  beforeAll(async () => {
    nats = await startNats({ temporary: true, log: () => undefined });
    nodes = await DataflowNodes.start(nats.url, NODES, 2_000);
  }, 240_000);
  afterAll(async () => {
    await nodes.end();
    await nats.stop();
  });

  const definitionOf = (pipelineId: string) => ({
    pipelineId,
    name: 'People',
    source: { type: 'file', path: 'people.ndjson' },
    transforms: [
      { type: 'filter', condition: 'age >= 18' },
      { type: 'map', set: { next: 'age + 1', city: 'address.city' }, remove: ['address'] },
      {
        type: 'validate',
        schema: {
          type: 'object',
          properties: { name: { type: 'string', maxLength: 30 } },
          required: ['name'],
        },
      },
    ],
    sink: { type: 'file', path: pipelineId },
    batch: { maxRecords: 100 },
  });
  const told = (letters: readonly Letter[]) =>
    letters.map(({ step, reason, record }) => ({ step, reason, record }));

  it('gives the same rows and dead letters in one process and on three nodes, whatever the records are', async () => {
    const seed = testSeed();
    await writeFile(join(nodes.files, 'people.ndjson'), randomLines(seed).join('\n'));
    const folder = join(nodes.files, 'embedded-state');
    await mkdir(folder);
    const connections = new Connections([]);
    const embedded = new EmbeddedPipelines({
      folder,
      files: nodes.files,
      connections,
      print: () => undefined,
    });
    const definition = readDefinition(JSON.stringify(definitionOf('embedded')));
    await embedded.run(definition, { signal: new AbortController().signal });
    const expected = { rows: nodes.rows('embedded'), letters: told(await embedded.letters('embedded')) };
    await embedded.close();

    await nodes.send('one', 'POST', '/api/pipelines', definitionOf('cluster'));
    await nodes.send('two', 'POST', '/api/pipelines/cluster/start');
    await until(async () => {
      const { state } = await nodes.read<{ state: string }>('three', '/api/pipelines/cluster');
      return state === 'Completed';
    });
    const letters = await nodes.read<Letter[]>('three', '/api/pipelines/cluster/dead-letters?take=100');
    expect({ seed, rows: nodes.rows('cluster'), letters: told(letters) }).toEqual({ seed, ...expected });
    expect([expected.rows.length > RECORDS / 2, expected.letters.length > 0]).toEqual([true, true]);
  }, 300_000);

  it('is listed alike by a rebuilt status projection and by the live one', async () => {
    for (let n = 0; n < 5; n++)
      await nodes.send('one', 'POST', '/api/pipelines', definitionOf(`listed-${n}`));
    await nodes.send('two', 'DELETE', '/api/pipelines/listed-4');
    await nodes.send('three', 'POST', '/api/pipelines/listed-3/start');
    const listed = (node: string) => nodes.read<{ pipelineId: string }[]>(node, '/api/pipelines?take=100');
    await until(async () => {
      const states = await Promise.all(NODES.map((node) => nodes.read(node, '/api/pipelines/listed-3')));
      return states.every((view) => (view as { state: string }).state === 'Completed');
    });
    // Nodes learn how a run ended a moment after the journal has it.
    const hasEnded = async (node: string): Promise<boolean> => {
      const { run } = await nodes.read<{ run: { since: string | null } }>(node, '/api/pipelines/listed-3');
      return run.since !== null;
    };
    await until(async () => (await Promise.all(NODES.map(hasEnded))).every(Boolean));
    await until(async () => isDeepStrictEqual(await listed('one'), await listed('two')));
    const live = await listed('one');
    const { status } = await nodes.send('one', 'POST', '/api/projections/status/rebuild', {}, OPERATOR);
    expect(status).toBe(202);
    expect(await listed('one')).toEqual(live);
    expect(await listed('two')).toEqual(live);
    expect(live.map(({ pipelineId }) => pipelineId)).toEqual(expect.not.arrayContaining(['listed-4']));
  }, 120_000);
});
