import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { taskName, type ChangeCommand, type TaskKey } from '@nestjs-spark/contracts';
import type { ChangeSink, StateStore } from '@nestjs-spark/contracts/internal';
import { ensureDatabase, RavenChangeSink, RavenHttp, RavenStateStore } from '@nestjs-spark/ravendb/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { SqliteChangeSink, SqliteDatabase, SqliteStateStore } from '@nestjs-spark/sqlite/internal';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { SettingAside } from '@nestjs-spark/streaming/internal';
import { refusingProxy, type Refusal } from '../support/refusing-proxy.ts';
import { SILENT } from '../support/silent.ts';
import { checkpointAt, copyWith } from './refused-documents.ts';

const TASK: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const ODD = 'odd-one';

const put = (id: string, v: number | string): ChangeCommand => ({
  type: 'put',
  id,
  document: copyWith(`"V":${JSON.stringify(v)}`),
});

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

class Applied {
  readonly #target: SettingAside;
  readonly #state: StateStore;
  #version: string | null = null;
  #to = 0;

  constructor(target: ChangeSink, state: StateStore) {
    this.#target = new SettingAside(TASK, target, state, SILENT, { refusedAfterMs: [1, 1, 1] });
    this.#state = state;
  }

  async apply(...commands: ChangeCommand[]): Promise<void> {
    this.#to += 10;
    this.#version = await this.#target.apply(commands, checkpointAt(TASK, this.#to), this.#version);
  }

  async listed(): Promise<string[]> {
    const { documents } = await listSetAside(this.#state, taskName(TASK));
    return documents.map(({ copyId, documentId }) => copyId ?? documentId).toSorted();
  }

  async reasons(): Promise<string[]> {
    return (await listSetAside(this.#state, taskName(TASK))).documents.map(({ reason }) => reason);
  }
}

describe('On SQLite what another program has put around the table', () => {
  async function opened(sql: string): Promise<Applied & { there(): string[]; shell: DatabaseSync }> {
    const folder = await mkdtemp(join(tmpdir(), 'refused-'));
    const path = join(folder, 'store.db');
    const database = new SqliteDatabase({ path });
    const applied = new Applied(new SqliteChangeSink(database), new SqliteStateStore(database));
    await applied.apply(put('cars/there', 0));
    const shell = new DatabaseSync(path);
    shell.exec(sql);
    ends.push(async () => {
      shell.close();
      await database.close();
      await rm(folder, { recursive: true });
    });
    const there = (): string[] =>
      shell
        .prepare('SELECT id FROM Cars ORDER BY id')
        .all()
        .map(({ id }) => String(id));
    return Object.assign(applied, { there, shell });
  }

  const onInsert = (body: string): string =>
    `CREATE TRIGGER theirs BEFORE INSERT ON Cars WHEN json_extract(NEW._document, '$.V') = '${ODD}' BEGIN ${body}; END`;

  it.each([
    ['a trigger that aborts', onInsert(`SELECT RAISE(ABORT, 'not this one')`)],
    ['a trigger that fails', onInsert(`SELECT RAISE(FAIL, 'not this one')`)],
    ['a trigger that rolls the transaction back', onInsert(`SELECT RAISE(ROLLBACK, 'not this one')`)],
    ['a trigger that ignores it silently', onInsert(`SELECT RAISE(IGNORE)`)],
    [
      'a constraint of a table that a trigger fills',
      `CREATE TABLE audit (id TEXT UNIQUE); INSERT INTO audit VALUES ('cars/2'); ${onInsert('INSERT INTO audit VALUES (NEW.id)')}`,
    ],
    ['a trigger that divides a text', onInsert(`SELECT abs(-9223372036854775808)`)],
    ['a trigger that reads what is not JSON', onInsert(`SELECT json('{')`)],
    [
      'a unique index',
      `CREATE UNIQUE INDEX theirs ON Cars (json_extract(_document, '$.V')) WHERE json_extract(_document, '$.V') IN ('${ODD}', 0);
      UPDATE Cars SET _document = '{"V":"${ODD}"}'`,
    ],
    [
      'an index on an expression that fails',
      `CREATE INDEX theirs ON Cars (json_extract(_document, iif(json_extract(_document, '$.V') = '${ODD}', 'x', '$.V')))`,
    ],
  ])('refuses, %s, sets one document aside', async (_, sql) => {
    const target = await opened(sql);
    await target.apply(put('cars/1', 1), put('cars/2', ODD), put('cars/3', 3));
    expect(await target.listed()).toEqual(['cars/2']);
    expect(target.there()).toEqual(['cars/1', 'cars/3', 'cars/there']);
    await target.apply(put('cars/2', 2));
    expect(await target.listed()).toEqual([]);
    expect(target.there()).toContain('cars/2');
  });

  it.each([
    ['aborts', `SELECT RAISE(ABORT, 'keep it')`],
    ['is passed over', `SELECT RAISE(IGNORE)`],
  ])('a delete that %s lists the copy that stays, until it can go', async (_, body) => {
    const target = await opened(
      `CREATE TRIGGER theirs BEFORE DELETE ON Cars WHEN OLD.id = 'cars/kept' BEGIN ${body}; END`,
    );
    await target.apply(put('cars/kept', 1), put('cars/gone', 1));
    await target.apply(
      { type: 'delete', id: 'cars/gone' },
      { type: 'delete', id: 'cars/kept' },
      put('cars/4', 4),
    );
    expect(await target.listed()).toEqual(['cars/kept']);
    expect(target.there()).toEqual(['cars/4', 'cars/kept', 'cars/there']);
    target.shell.exec('DROP TRIGGER theirs');
    await target.apply({ type: 'delete-prefix', prefix: 'cars/' });
    expect(await target.listed()).toEqual([]);
    expect(target.there()).toEqual([]);
  });

  it('a delete by prefix lists the copies that stay, and deletes those beside them', async () => {
    const target = await opened(
      `CREATE TRIGGER theirs BEFORE DELETE ON Cars WHEN OLD.id = 'cars/there' BEGIN SELECT RAISE(ABORT, 'keep it'); END`,
    );
    await target.apply(put('cars/trucks', 1), put('cars/vans', 1));
    await target.apply({ type: 'delete-prefix', prefix: 'cars/t' }, put('cars/3', 2));
    expect(await target.listed()).toEqual(['cars/there']);
    expect(target.there()).toEqual(['cars/3', 'cars/there', 'cars/vans']);
    target.shell.exec('DROP TRIGGER theirs');
    await target.apply({ type: 'delete-prefix', prefix: 'cars/t' });
    expect(await target.listed()).toEqual([]);
    expect(target.there()).toEqual(['cars/3', 'cars/vans']);
  });

  it('a table that takes nothing is not waited for: each document is named', async () => {
    const target = await opened(
      `CREATE TRIGGER theirs BEFORE INSERT ON Cars BEGIN SELECT RAISE(ABORT, 'closed'); END`,
    );
    await target.apply(...Array.from({ length: 1_000 }, (__, n) => put(`cars/${n}`, n)));
    expect(await target.listed()).toHaveLength(1_000);
    target.shell.exec('DROP TRIGGER theirs');
    await target.apply(...Array.from({ length: 1_000 }, (__, n) => put(`cars/${n}`, n)));
    expect(await target.listed()).toEqual([]);
  });
});

describeWithServers(['ravendb'], 'On RavenDB, what is in front of it', () => {
  /** @param odd what becomes of a request whose body has the odd one; the others are passed on */
  async function opened(odd: Refusal) {
    const settings = {
      urls: [testServers().ravendbUrl],
      database: `refused-${Math.random().toString(36).slice(2, 8)}`,
    };
    const http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
    const proxy = await refusingProxy(testServers().ravendbUrl, (commands) => commands.includes(ODD), odd);
    const target = new RavenChangeSink({ ...settings, urls: [proxy.url] });
    const state = new RavenStateStore(settings);
    ends.push(async () => {
      await Promise.all([target.close(), state.close()]);
      proxy.close();
      await http.sendJson('DELETE', '/admin/databases', {
        DatabaseNames: [settings.database],
        HardDelete: true,
      });
      await http.close();
    });
    return Object.assign(new Applied(target, state), { target });
  }

  it.each<[string, Refusal]>([
    ['closes the connection', (incoming) => incoming.socket.destroy()],
    ['answers 413', (_, response) => response.writeHead(413).end('<html>too large</html>')],
    [
      'answers 403, of this one only',
      (_, response) => response.writeHead(403).end('{"Type":"X","Message":"a rule"}'),
    ],
    ['answers 502', (_, response) => response.writeHead(502).end('bad gateway')],
    ['answers 429', (_, response) => response.writeHead(429).end('slow down')],
    [
      'answers 400',
      (_, response) => response.writeHead(400).end('{"Type":"SchemaViolation","Message":"V is odd"}'),
    ],
    [
      'answers 500 with a name that nobody knows',
      (_, response) => response.writeHead(500).end('{"Type":"Some.NewException","Message":"V is odd"}'),
    ],
    ['answers 500 without a name', (_, response) => response.writeHead(500).end('oops')],
    ['answers half a head', (incoming) => incoming.socket.end('HTTP/1.1 2')],
    ['answers what is not HTTP', (incoming) => incoming.socket.end('220 smtp ready\r\n')],
  ])('%s on one document sets that one aside', async (_, odd) => {
    const target = await opened(odd);
    await target.apply(put('cars/1', 1), put('cars/2', ODD), put('cars/3', 3));
    expect(await target.listed()).toEqual(['cars/2']);
    expect(await target.target.readCheckpoint(taskName(TASK))).toMatchObject({ checkpoint: { to: 10 } });
    await target.apply(put('cars/2', 2), put('cars/4', ODD));
    expect(await target.listed()).toEqual(['cars/4']);
  });

  it('names each of forty documents that RavenDB refuses', async () => {
    const target = await opened(() => {});
    const expiring = (n: number): ChangeCommand => ({
      type: 'put',
      id: `cars/${n}`,
      document: copyWith('"V":1', '"@collection":"Cars","@expires":null'),
    });
    await target.apply(...Array.from({ length: 40 }, (__, n) => expiring(n)), put('cars/good', 1));
    expect(await target.listed()).toHaveLength(40);
  });
});
