import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodeSqlite, SqliteChangeSource } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle, writeByHand } from '../../testing/replica-file.ts';
import { MOST_EVENTS } from '../publish/next-batch.ts';

/** Written by running the first landed version: own changes and those of another node, deletes, a conflict, and a backlog of two. */
const LANDED = readFileSync(join(import.meta.dirname, '../../testing/landed-replica.sql'), 'utf8');
const NAMES = `SELECT source_node_id || ':' || sequence_number AS name FROM Notes_Events WHERE hlc > 0 ORDER BY name`;

describe('the event table of a replicated collection', () => {
  let folder: string;
  const opened: ReplicaFile[] = [];

  const open = (name: string): ReplicaFile => {
    const node = new ReplicaFile(folder, name, null);
    opened.push(node);
    return node;
  };
  const rows = (node: ReplicaFile, sql: string) =>
    node.database.read((file) => file.rows<Record<string, unknown>>(sql).map((row) => ({ ...row })));
  const changesAfter = async (node: ReplicaFile, from: number) => {
    const source = new SqliteChangeSource(node.database);
    await source.identify('reader');
    const page = await source.read({ collection: 'Notes', from, deletesAfter: 0, limit: 100 });
    return page.changes.map(({ kind, id }) => `${kind} ${id}`);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-events-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('has the same events under the same names on every node, one row each, without a gap', async () => {
    const log = new Log();
    const [a, b] = [await open('a').begin(), await open('b').begin()];
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    await b.notes.put(id, { title: 'bread' });
    await a.notes.put(id, { title: 'butter' });
    await a.notes.put('notes/gone', { title: 'gone' });
    await settle(log, [a, b]);
    await b.notes.delete('notes/gone');
    await writeByHand(b.path, 'notes/shell', 'by hand');
    await settle(log, [a, b]);
    const [ofA, ofB] = [await rows(a, NAMES), await rows(b, NAMES)];
    expect(ofA).toEqual(ofB);
    expect(ofA).toHaveLength(6);
    const columns = `SELECT count(*) AS n, max(sequence_number) AS last, min(hlc) > 0 AS stamped, count(sees) AS sees, count(tx) AS tx,
      count(data) + sum(operation_type = 'DELETE') AS whole FROM Notes_Events GROUP BY source_node_id ORDER BY n`;
    for (const node of [a, b])
      expect(await rows(node, columns)).toEqual([
        { n: 3, last: 3, stamped: 1, sees: 3, tx: 3, whole: 3 },
        { n: 3, last: 3, stamped: 1, sees: 3, tx: 3, whole: 3 },
      ]);
  });

  it('tells readers of each file of every delete, whoever made it', async () => {
    const log = new Log();
    const [a, b] = [await open('a').begin(), await open('b').begin()];
    await a.notes.put('notes/1', { title: 'one' });
    await a.notes.put('notes/2', { title: 'two' });
    await settle(log, [a, b]);
    await changesAfter(b, 1);
    const place = await b.database.read((file) => file.lastEtag);
    await a.notes.delete('notes/1');
    await settle(log, [a, b]);
    await b.notes.delete('notes/2');
    expect(await changesAfter(b, place + 1)).toEqual(['delete notes/1', 'delete notes/2']);
    await expect(
      b.database.write((file) => file.db.exec(`DELETE FROM Notes_Events WHERE operation_type = 'DELETE'`)),
    ).rejects.toThrow(/readers still need/);
  });

  it('is carried over from the first landed version: nothing is lost, and readers continue where they were', async () => {
    const path = join(folder, 'a.db');
    const { DatabaseSync } = nodeSqlite();
    const landed = new DatabaseSync(path);
    landed.exec(LANDED);
    landed.close();
    const log = new Log('another');
    const [a, b] = [await open('a').begin(), await open('b').begin()];
    for (const node of [a, b]) await node.meet(log);
    expect(await changesAfter(a, 5)).toEqual([
      'delete notes/2',
      'delete notes/4',
      'put notes/1',
      'put notes/5',
      'delete notes/3',
    ]);
    const known = await rows(a, `SELECT count(*) AS n FROM spark_peer_events`);
    expect(await rows(a, `SELECT count(*) AS n FROM Notes_Events WHERE hlc > 0`)).toEqual(known);
    expect(await a.seen()).toMatchObject([
      { id: 'notes/1', title: 'conflict, b' },
      { id: 'notes/5', title: 'not published' },
    ]);
    await a.notes.put('notes/1', { title: 'after it' });
    await a.notes.put('notes/6', { title: 'new' });
    await a.database.close();
    const again = await open('a').begin();
    await settle(log, [again, b]);
    expect(await b.seen()).toMatchObject([{ id: 'notes/5' }]);
    const isShown = `SELECT count(*) AS n FROM Notes_Events WHERE hlc > 0 AND etag IS NULL AND operation_type <> 'DELETE'`;
    expect(await rows(again, isShown)).toEqual([{ n: 0 }]);
  });

  it('has everything that came before its collection was enabled on this node', async () => {
    const log = new Log();
    const [a, late] = [await open('a').begin(), open('late')];
    await late.store.begin([], 0);
    await late.meet(log);
    await a.notes.put('notes/1', { title: 'one' });
    await a.notes.put('notes/2', { title: 'two' });
    await a.notes.delete('notes/2');
    await settle(log, [a]);
    await late.read(log);
    await late.database.close();
    const again = await open('late').begin();
    expect(await again.seen()).toEqual(await a.seen());
    expect(await rows(again, NAMES)).toEqual(await rows(a, NAMES));
    await again.notes.put('notes/1', { title: 'changed' });
    await settle(log, [a, again]);
    expect(await a.seen()).toMatchObject([{ id: 'notes/1', title: 'changed' }]);
  });

  it('has what its node wrote itself before that as a change of its own, beside that of the others', async () => {
    const log = new Log();
    const [a, late] = [await open('a').begin(), open('late')];
    await late.store.begin([], 0);
    await late.meet(log);
    await a.notes.put('notes/1', { title: 'by a' });
    await a.notes.put('notes/same', { title: 'same' });
    await late.notes.put('notes/1', { title: 'by late' });
    await late.notes.put('notes/same', { title: 'same' });
    await settle(log, [a]);
    await late.read(log);
    expect(await late.seen()).toMatchObject([{ title: 'by late' }, { title: 'same' }]);
    await late.database.close();
    const again = await open('late').begin();
    await settle(log, [a, again]);
    expect(await again.seen()).toEqual(await a.seen());
    expect(await a.seen()).toMatchObject([{ title: 'by late' }, { title: 'same' }]);
    expect(await rows(a, 'SELECT record_id AS id FROM spark_peer_conflicts')).toEqual([{ id: 'notes/1' }]);
  });

  it('has no event of what its node writes while it is not replicated any more; its readers learn of it', async () => {
    const log = new Log();
    const [a, first] = [await open('a').begin(), await open('b').begin()];
    for (const id of ['notes/1', 'notes/2']) await first.notes.put(id, { title: 'shared' });
    await settle(log, [a, first]);
    await first.database.close();
    const alone = open('b');
    await changesAfter(alone, 1);
    await alone.store.begin([], 0);
    const place = await alone.database.read((file) => file.lastEtag);
    await alone.notes.put('notes/1', { title: 'of b alone' });
    await alone.notes.delete('notes/2');
    expect(await changesAfter(alone, place + 1)).toEqual(['put notes/1', 'delete notes/2']);
    expect(await log.publish(alone)).toBe(false);
    await alone.database.close();
    const again = await open('b').begin();
    await settle(log, [a, again]);
    expect(await again.seen()).toEqual(await a.seen());
    expect(await a.notes.get('notes/1')).toMatchObject({ title: 'of b alone' });
  });

  it('is filled again in a file that was restored from a backup, which leaves it out', async () => {
    const a = await open('a').begin();
    await a.notes.put('notes/1', { title: 'one' });
    await a.database.backup(join(folder, 'back.db'));
    const back = await open('back').begin();
    expect(await rows(back, 'SELECT record_id AS id FROM Notes_Events')).toEqual([{ id: 'notes/1' }]);
  });

  it('names the first event of each transaction, which is published as a whole', async () => {
    const log = new Log();
    const [a, b] = [await open('a').begin(), await open('b').begin()];
    const many = MOST_EVENTS + 50;
    await a.notes.put('notes/first', { title: 'alone' });
    await a.database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let count = 0; count < many; count++) insert.run(`notes/${count}`, '{"Title":"together"}');
    });
    await writeByHand(a.path, 'notes/shell', 'by hand');
    const transactions = 'SELECT tx, count(*) AS n FROM Notes_Events GROUP BY tx ORDER BY tx';
    expect(await rows(a, transactions)).toEqual([
      { tx: 1, n: 1 },
      { tx: 2, n: many },
      { tx: many + 2, n: 1 },
    ]);
    expect((await a.nextBatch())?.events).toHaveLength(1);
    await log.publish(a);
    await a.read(log);
    expect((await a.nextBatch())?.events).toHaveLength(many);
    await settle(log, [a, b]);
    expect(await rows(b, transactions)).toEqual(await rows(a, transactions));
  });
});
