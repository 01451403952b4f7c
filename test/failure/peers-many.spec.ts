import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import type { App } from '../../tools/apps/app.ts';
import { startNodes } from '../../tools/peers/nodes.ts';
import { ask } from '../support/http.ts';
import { PATIENCE_MS } from '../support/member.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';

/** Processes take long to start: a campaign has more of them. */
const NODES = Number(process.env['SPARK_TEST_PEER_NODES'] ?? 3);
const WRITES = 50 * NODES;
const WAIT = { timeoutMs: 3 * PATIENCE_MS };
const seed = testSeed();
const random = seededRandom(seed);

jest.setTimeout(10 * PATIENCE_MS);

const titlesAt = async ({ url }: App): Promise<string[]> => {
  const titles: string[] = [];
  for (let skip = 0; ; skip += 100) {
    const { status, body } = await ask<{ id: string; title: string }[]>(`${url}/notes?take=100&skip=${skip}`);
    expect(status).toBe(200);
    titles.push(...body.map(({ id, title }) => `${id} ${title}`));
    if (body.length < 100) return titles.toSorted();
  }
};

describeWithServers(['nats'], `${NODES} replicas of one service (SPARK_TEST_SEED=${seed})`, () => {
  let folder: string;
  let nats: ServerHandle;
  let nodes: App[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-peers-many-'));
    nats = await startNats({ temporary: true, log: () => undefined });
    nodes = await startNodes({
      service: `notes-${randomBytes(3).toString('hex')}`,
      folder,
      operatorToken: randomBytes(16).toString('hex'),
      natsUrls: Object.fromEntries(Array.from({ length: NODES }, (_, at) => [`n${at}`, nats.url])),
      anyPorts: true,
    });
    await Promise.all(nodes.map(ready));
  });
  afterAll(async () => {
    await Promise.all(nodes.map(({ process }) => process.kill9()));
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const one = (): App => {
    const node = nodes[Math.floor(random() * nodes.length)];
    if (!node) throw new Error('there are no nodes');
    return node;
  };
  const ready = ({ url }: App) =>
    eventually(async () => expect((await ask(`${url}/health/ready`)).status).toBe(200), WAIT);

  it('are equal and have lost nothing that was acknowledged, while some are killed', async () => {
    const acknowledged: string[] = [];
    for (let number = 0; acknowledged.length < WRITES; number++) {
      if (number % 50 === 25) {
        const { process } = one();
        await process.kill9();
        process.start();
      }
      const body = { title: `write ${number}` };
      const answer = await ask<{ id: string }>(`${one().url}/notes`, { method: 'POST', body }).catch(
        () => null,
      );
      if (answer?.status === 201) acknowledged.push(`${answer.body.id} ${body.title}`);
      else await Promise.any(nodes.map(ready));
    }
    await Promise.all(nodes.map(ready));
    await eventually(async () => {
      const [first = [], ...rest] = await Promise.all(nodes.map(titlesAt));
      for (const other of rest) expect(other).toEqual(first);
      expect(first).toEqual(expect.arrayContaining(acknowledged));
    }, WAIT);
  });
});
