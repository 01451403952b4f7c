import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { nodeSqlite, SqliteDatabase, tableOf } from '@nestjs-spark/sqlite/internal';
import type { App } from '../../tools/apps/app.ts';
import { startNodes } from '../../tools/peers/nodes.ts';
import { ask } from '../support/http.ts';
import { PATIENCE_MS } from '../support/member.ts';

const ROWS = 20_000;
/** The minimum number of rows it has each time it is killed. */
const KILLED_AT = [1, ROWS / 4, ROWS / 2];
const WAIT = { timeoutMs: 3 * PATIENCE_MS };
const OF_A_RECORD = `SELECT row.id, row._document AS document, head.origin, head.number
  FROM Notes AS row LEFT JOIN spark_peer_heads AS head ON head.entity = 'Notes' AND head.record_id = row.id ORDER BY row.id`;

jest.setTimeout(10 * PATIENCE_MS);

describeWithServers(['nats'], 'a new node that is killed while it loads a snapshot', () => {
  const service = `notes-${randomBytes(3).toString('hex')}`;
  const operatorToken = randomBytes(16).toString('hex');
  const started: App[] = [];
  let folder: string;
  let nats: ServerHandle;

  const start = async (name: string): Promise<App> => {
    const natsUrls = { [name]: nats.url };
    const [node] = await startNodes({ service, folder, operatorToken, natsUrls, anyPorts: true });
    if (!node) throw new Error('one node was to be started');
    started.push(node);
    return node;
  };
  /** Reads the file of a node, even while it runs. */
  const read = <T>(name: string, sql: string): T[] => {
    const file = new (nodeSqlite().DatabaseSync)(join(folder, `${name}.db`), { readOnly: true });
    try {
      return file
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }) as T);
    } finally {
      file.close();
    }
  };
  const rowsAt = (name: string): number =>
    read<{ n: number }>(name, 'SELECT count(*) AS n FROM Notes')[0]?.n ?? 0;
  const isReady = async ({ url }: App): Promise<boolean> =>
    (await ask(`${url}/health/ready`).catch(() => null))?.status === 200;
  const ready = (node: App) => eventually(async () => expect(await isReady(node)).toBe(true), WAIT);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-peers-join-'));
    nats = await startNats({ temporary: true, log: () => undefined });
    const before = new SqliteDatabase({ path: join(folder, 'old.db') });
    await before.write((open) => {
      const notes = tableOf(open, 'Notes');
      for (let at = 0; at < ROWS; at++) notes.put(`notes/${at}`, `{"Title":"note ${at}"}`, null, 0);
    });
    await before.close();
  });
  afterAll(async () => {
    await Promise.all(started.map(({ process }) => process.kill9()));
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has everything once it is ready, and is not ready before', async () => {
    const old = await start('old');
    await ready(old);
    const headers = { authorization: `Bearer ${operatorToken}` };
    await eventually(async () => {
      const { body } = await ask<{ backlog: number }>(`${old.url}/spark/peers`, { headers });
      expect(body.backlog).toBe(0);
    }, WAIT);
    expect((await ask(`${old.url}/spark/peers/snapshot`, { method: 'POST', headers })).status).toBeLessThan(
      300,
    );
    const fresh = await start('fresh');
    const hadRows: number[] = [];
    for (const atLeast of KILLED_AT) {
      await eventually(async () => expect(rowsAt('fresh')).toBeGreaterThanOrEqual(atLeast), {
        ...WAIT,
        intervalMs: 2,
      });
      await fresh.process.kill9();
      hadRows.push(rowsAt('fresh'));
      fresh.process.start();
    }
    expect(Math.min(...hadRows)).toBeLessThan(ROWS);
    await eventually(async () => {
      const [isComplete, rows] = [await isReady(fresh), rowsAt('fresh')];
      if (isComplete) expect(rows).toBe(ROWS);
      expect(isComplete).toBe(true);
    }, WAIT);
    expect(read('fresh', OF_A_RECORD)).toEqual(read('old', OF_A_RECORD));
    const latest = 'SELECT count(*) AS n FROM Notes_Events WHERE hlc IS NOT NULL';
    expect(read<{ n: number }>('fresh', latest)[0]?.n).toBeGreaterThanOrEqual(1_000);
  });
});
