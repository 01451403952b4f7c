import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';
import { peerStream } from '@nestjs-spark/peers/internal';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { App } from '../../tools/apps/app.ts';
import { Cable } from '../../tools/peers/cable.ts';
import { startNodes } from '../../tools/peers/nodes.ts';
import { ask, demand } from '../support/http.ts';
import { PATIENCE_MS } from '../support/member.ts';

jest.setTimeout(5 * PATIENCE_MS);

const OPERATOR_TOKEN = randomBytes(16).toString('hex');
const OPERATOR = { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } };
const WAIT = { timeoutMs: PATIENCE_MS };

interface Note {
  id: string;
  title: string;
}

interface Status {
  origin: string;
  refused: number;
  refusals: { sequence: number; node: string | null; why: string }[];
  newLives: { why: string }[];
  members: { node: string; state: string; acked: number | null; policies: object }[];
  entities: { entity: string; digest: string | null; conflicts: Record<string, number> }[];
  log: { position: number; last: number; lowWater: number };
}

describeWithServers(['nats'], 'What operators see and do with replicas of one service', () => {
  const service = `notes-${randomBytes(3).toString('hex')}`;
  let folder: string;
  let nats: ServerHandle;
  let cable: Cable;
  let nodes: App[];

  const start = async (natsUrls: Record<string, string>, env = {}): Promise<App[]> => {
    const every = Object.fromEntries(
      Object.keys(natsUrls).map((name) => [name, { SPARK_PEERS_DRIFT_EVERY: '1', ...env }]),
    );
    const added = await startNodes({
      service,
      folder,
      operatorToken: OPERATOR_TOKEN,
      natsUrls,
      anyPorts: true,
      env: every,
    });
    await Promise.all(added.map(ready));
    return added;
  };
  const ready = (node: App) =>
    eventually(async () => expect((await ask(`${node.url}/health/ready`)).status).toBe(200), WAIT);
  const named = (name: string): App => {
    const node = nodes.find((one) => one.name === name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  };
  const statusOf = async (name: string) =>
    (await demand<Status>(`${named(name).url}/spark/peers`, OPERATOR)).body;
  const post = (name: string, path: string, body: unknown = {}) =>
    ask(`${named(name).url}/spark/peers/${path}`, { method: 'POST', body, ...OPERATOR });
  const create = async (name: string, title: string) =>
    (await demand<Note>(`${named(name).url}/notes`, { method: 'POST', body: { title } })).body;
  const seenAt = async ({ url }: App) => {
    const { body } = await demand<Note[]>(`${url}/notes?take=100`);
    const notes = await Promise.all(body.map(({ id }) => demand<Note>(`${url}/notes/${id}`)));
    return notes.map(({ headers, body: note }) => `${JSON.stringify(note)} ${headers.get('etag')}`);
  };
  const equalOf = (names: string[], ...having: string[]) =>
    eventually(async () => {
      const [first = [], ...rest] = await Promise.all(names.map((name) => seenAt(named(name))));
      for (const other of rest) expect(other).toEqual(first);
      for (const text of having) expect(first.join()).toContain(text);
      return first;
    }, WAIT);
  const equal = (...having: string[]) =>
    equalOf(
      nodes.map(({ name }) => name),
      ...having,
    );
  const awayFromLog = (name: string) =>
    eventually(async () => {
      const { body } = await ask<{ details: { peers: { log: string } } }>(`${named(name).url}/health/ready`);
      expect(body.details.peers.log).toBe('away');
    }, WAIT);
  /** Works on a node's file as another program does. */
  const onFile = (name: string, work: (database: DatabaseSync) => void) => {
    const database = new DatabaseSync(join(folder, `${name}.db`));
    database.exec('PRAGMA busy_timeout = 5000');
    try {
      work(database);
    } finally {
      database.close();
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-peers-operate-'));
    nats = await startNats({ temporary: true, log: () => undefined });
    cable = await Cable.to(nats.url);
    nodes = [
      ...(await start({ a: nats.url, b: nats.url })),
      ...(await start({ c: cable.url }, { NOTES_RESOLVER: 'random' })),
    ];
  });
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.process.kill9()));
    cable?.close();
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is each node with its state and resolvers, the same digest everywhere, and metrics', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => create(name, `by ${name}`)));
    expect(await equal()).toHaveLength(3);
    await eventually(async () => {
      const all = await Promise.all(['a', 'b', 'c'].map(statusOf));
      for (const { members } of all) {
        expect(members.every(({ acked }) => acked !== null)).toBe(true);
        expect(members.map(({ node, state }) => `${node} ${state}`)).toEqual([
          'a ready',
          'b ready',
          'c ready',
        ]);
        expect(members[0]?.policies).toMatchObject({ Tallies: { policy: 'TallyResolver', version: 1 } });
      }
      const digests = all.map(({ entities }) => entities.find(({ entity }) => entity === 'Notes')?.digest);
      expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
      expect(new Set(digests).size).toBe(1);
    }, WAIT);
    const metrics = await (await fetch(`${named('a').url}/metrics`)).text();
    const names = ['backlog', 'behind', 'lag_seconds_bucket', 'low_water', 'clock_offset_seconds', 'ready'];
    for (const name of names) expect(metrics).toContain(`spark_peers_${name}`);
    for (const name of ['conflicts_total', 'drift_total', 'tombstones'])
      expect(metrics).toContain(`# TYPE spark_peers_${name}`);
  });

  it('is up to where all nodes have acknowledged the log, those that only read included', async () => {
    const { position } = (await statusOf('a')).log;
    await create('a', 'acknowledged by all');
    await equal('acknowledged by all');
    await eventually(async () => {
      for (const name of ['a', 'b', 'c']) {
        const { log, members } = await statusOf(name);
        expect(log.lowWater).toBeGreaterThan(position);
        expect(log.lowWater).toBe(Math.min(...members.map(({ acked }) => acked ?? 0)));
      }
    }, WAIT);
    // The change, and one answer of each node to it at most: acknowledging acknowledgements would have no end.
    expect((await statusOf('a')).log.last - position).toBeLessThanOrEqual(8);
  });

  it('is a document that another node has, where that is asked for', async () => {
    const { id } = await create('a', 'read elsewhere');
    const version = (await demand(`${named('a').url}/notes/${id}`)).headers.get('etag');
    await equal();
    const answer = await demand<Note>(`${named('c').url}/notes/${id}?from=peer`);
    expect(answer.headers.get('spark-read-from')).toMatch(/^[abc]$/);
    expect([answer.body, answer.headers.get('etag')]).toEqual([{ id, title: 'read elsewhere' }, version]);
    const list = await demand<Note[]>(`${named('c').url}/notes?from=peer`);
    expect(list.body.map((note) => note.id)).toContain(id);
    cable.pull();
    await awayFromLog('c');
    expect((await ask(`${named('c').url}/notes/${id}?from=peer`)).status).toBe(503);
    cable.putBack();
    await equal();
  });

  it('is a row that was changed without an event, and the way to repair it', async () => {
    const { id } = await create('a', 'as it was');
    await equal();
    onFile('b', (database) => {
      const row = database.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'Notes_Events_peer'`).get();
      database.exec('BEGIN IMMEDIATE; DROP TRIGGER Notes_Events_peer');
      database
        .prepare('UPDATE Notes SET _document = ? WHERE id = ?')
        .run(JSON.stringify({ Title: 'behind its back' }), id);
      database.exec(`${String(row?.['sql'])}; COMMIT`);
    });
    const compared = await ask(`${named('a').url}/spark/peers/Notes/drift?with=b`, OPERATOR);
    const difference = expect.objectContaining({ recordId: id, kind: 'content' });
    expect(compared.body).toMatchObject({ comparedWith: 'b', differences: [difference] });
    expect((await post('a', 'Notes/drift/repair?with=b')).body).toEqual({ repaired: 0, left: 1 });
    expect((await post('b', 'Notes/drift/repair?with=a')).body).toEqual({ repaired: 1, left: 0 });
    await equal('as it was');
  });

  it('is a resolver that is not deterministic, while all nodes show the same', async () => {
    const tally = (name: string, counts: object) =>
      demand(`${named(name).url}/tallies/tallies/1`, { method: 'PUT', body: { counts } });
    cable.pull();
    await awayFromLog('c');
    await tally('a', { a: 1 });
    await tally('c', { c: 2 });
    cable.putBack();
    await eventually(async () => {
      const all = await Promise.all(nodes.map(({ url }) => demand(`${url}/tallies/tallies/1`)));
      expect(new Set(all.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      const { entities } = await statusOf('b');
      const tallies = entities.find(({ entity }) => entity === 'Tallies');
      expect(tallies?.conflicts).toMatchObject({ open: 1, notDeterministic: 1 });
    }, WAIT);
    const { body } = await demand<{ items: { resolution: { node: string }; reason: string }[] }>(
      `${named('b').url}/spark/peers/Tallies/conflicts`,
      OPERATOR,
    );
    expect(body.items[0]?.resolution.node).toMatch(/^[ac]$/);
    expect(body.items[0]?.reason).toContain('on a and c: such a resolver is not deterministic');
  });

  it('is every message that no node has written, skipped by all of them, whatever it pretends', async () => {
    const note = await create('a', 'genuine');
    await equal();
    const before = await Promise.all(['a', 'b', 'c'].map(statusOf));
    const origin = before[0]?.origin ?? '';
    const event = {
      origin,
      number: 99,
      hlc: 1,
      entity: 'Notes',
      recordId: note.id,
      operation: 'DELETE',
      data: null,
    };
    const line = JSON.stringify({ ...event, timestamp: 0, sees: [], resolverVersion: null });
    const peer = (kind: string, more = {}) => JSON.stringify({ format: 1, kind, node: 'a', origin, ...more });
    const connection = new JetStreamConnection({ url: nats.url, name: 'stranger', log: new MemoryLogger() });
    const log = new JetStreamSharedLog({
      connection,
      log: new MemoryLogger(),
      stream: peerStream(service),
      maxBytes: 256 * 1024 ** 2,
    });
    const publish = async (
      writer: string,
      kind: string,
      header: string,
      more: Record<string, string> = {},
    ) => {
      const message = {
        headers: { 'Spark-Kind': kind, 'Spark-Peer': header, ...more },
        payload: Buffer.from(line),
      };
      // The node of this name may be writing, too.
      await eventually(async () => (await log.append(writer, message, await log.tailOf(writer))) > 0, WAIT);
    };
    try {
      await publish(origin, 'events', peer('events'));
      const seal = { 'Spark-Key': 'x'.repeat(43), 'Spark-Signature': 'x'.repeat(86) };
      await publish(origin, 'events', peer('events', { key: 'A'.repeat(43) }), seal);
      await publish('nobody12', 'events', peer('events'));
      await publish(origin, 'close', peer('close', { after: 1, proof: 'none' }));
      await publish('nobody12', 'nonsense', '{');
    } finally {
      await connection.close();
    }
    await create('a', 'after the strangers');
    await equal('genuine', 'after the strangers');
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      const { refused, refusals, newLives, members } = await statusOf(name);
      expect(refused - (before[at]?.refused ?? 0)).toBe(4);
      expect(refusals.slice(-4).map(({ why }) => why)).toEqual([
        'unsigned',
        'forged',
        'unsigned',
        'undecodable',
      ]);
      expect(newLives).toEqual(before[at]?.newLives);
      expect(members.every(({ state }) => state === 'ready')).toBe(true);
    }
  });

  it('is a node that was retired: back again it continues under another origin, with what it had not published', async () => {
    cable.pull();
    await awayFromLog('c');
    await create('c', 'written before it was retired');
    await named('c').process.kill9();
    cable.putBack();
    const { position } = (await statusOf('a')).log;
    await create('a', 'while c is away');
    await equalOf(['a', 'b'], 'while c is away');
    expect((await statusOf('b')).log.lowWater).toBeLessThanOrEqual(position);
    expect((await post('a', 'retire', { node: 'c' })).status).toBe(200);
    expect((await post('a', 'retire', { node: 'nobody' })).status).toBe(404);
    expect((await post('a', 'retire', { node: 'a' })).status).toBe(409);
    const others = nodes.filter(({ name }) => name !== 'c');
    await eventually(async () => {
      for (const { name } of others)
        expect((await statusOf(name)).members).toContainEqual(
          expect.objectContaining({ node: 'c', state: 'retired' }),
        );
    }, WAIT);
    // Nobody waits for a node that is retired.
    await eventually(async () => (await statusOf('b')).log.lowWater > position, WAIT);
    const before = await statusOf('a');
    named('c').process.start();
    await ready(named('c'));
    await equal('written before it was retired');
    const after = await statusOf('c');
    expect(after.newLives).toEqual([expect.objectContaining({ why: 'retired' })]);
    expect(before.newLives).toEqual([]);
  });

  it('is a file that was restored from a backup, and one that was copied: nothing is lost, and ids stay apart', async () => {
    onFile('b', (database) => database.exec(`VACUUM INTO '${join(folder, 'backup.db')}'`));
    await create('b', 'after the backup');
    await equal();
    await named('b').process.kill9();
    for (const end of ['', '-wal', '-shm']) await rm(join(folder, `b.db${end}`), { force: true });
    await copyFile(join(folder, 'backup.db'), join(folder, 'b.db'));
    await copyFile(join(folder, 'backup.db'), join(folder, 'e.db'));
    named('b').process.start();
    await ready(named('b'));
    nodes.push(...(await start({ e: nats.url })));
    await equal('after the backup');
    expect((await statusOf('b')).newLives).toContainEqual(expect.objectContaining({ why: 'restored' }));
    expect((await statusOf('e')).newLives).toContainEqual(expect.objectContaining({ why: 'cloned' }));
    const made = await Promise.all(['b', 'e'].map((name) => create(name, `by ${name}`)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(2);
    await equal();
  });

  it('is the log emptied, and removed: a new node gets everything, and the others go on', async () => {
    const connection = new JetStreamConnection({ url: nats.url, name: 'operator', log: new MemoryLogger() });
    const stream = `SPARK_PEERS_${service.toUpperCase()}`;
    try {
      await connection.use(({ jsm }) => jsm.streams.purge(stream));
      await create('a', 'after the log was emptied');
      await equal('after the log was emptied');
      const before = await seenAt(named('a'));
      nodes.push(...(await start({ f: nats.url })));
      expect(await seenAt(named('f'))).toEqual(before);
      await connection.use(({ jsm }) => jsm.streams.delete(stream));
      await eventually(async () => {
        const { newLives } = await statusOf('a');
        expect(newLives).toContainEqual(expect.objectContaining({ why: 'log-damaged' }));
      }, WAIT);
      await create('b', 'after the log was removed');
      await equal('after the log was removed');
    } finally {
      await connection.close();
    }
  });

  it('is closed to everybody else', async () => {
    for (const path of ['stash', 'Notes/drift?with=b', 'Notes/events']) {
      expect((await ask(`${named('a').url}/spark/peers/${path}`)).status).toBe(401);
    }
    expect(
      (await ask(`${named('a').url}/spark/peers/retire`, { method: 'POST', body: { node: 'b' } })).status,
    ).toBe(401);
    expect((await post('a', 'take-as-it-is')).status).toBe(409);
    expect((await ask(`${named('a').url}/spark/peers/stash`, OPERATOR)).body).toEqual({ items: [] });
    expect((await post('a', 'stash/1/apply')).status).toBe(404);
  });
});
