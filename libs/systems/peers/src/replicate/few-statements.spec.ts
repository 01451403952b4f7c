import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PeerRows, SqliteChangeSource } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';

const TABLES = [
  'SELECT * FROM spark_peer_events ORDER BY taken',
  'SELECT * FROM spark_peer_heads ORDER BY record_id, origin, number',
  'SELECT origin, applied, confirmed, tail, node, ack FROM spark_peer_origins WHERE applied > 0 ORDER BY origin',
  'SELECT entity, record_id, heads, ended IS NULL AS open FROM spark_peer_conflicts ORDER BY number',
  'SELECT * FROM Notes_Events ORDER BY source_node_id, sequence_number',
  'SELECT _etag, id, _document, _metadata FROM Notes ORDER BY id',
];

describe('an event that is the only head of its record', () => {
  let folder: string;
  let log: Log;
  let opened: ReplicaFile[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-few-'));
    log = new Log();
    opened = ['a', 'b', 'quick', 'slow'].map((name) => new ReplicaFile(folder, name, null));
    for (const node of opened) await (await node.begin()).meet(log);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(opened.map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('leaves the same in the file as the individual steps for other events', async () => {
    const [a, b, quick, slow] = opened as [ReplicaFile, ReplicaFile, ReplicaFile, ReplicaFile];
    for (const { database } of [quick, slow]) await new SqliteChangeSource(database).identify('reader');
    const read = async () => {
      await settle(log, [a, b]);
      await quick.read(log);
      const succeed = jest.spyOn(PeerRows.prototype, 'succeed').mockReturnValue(false);
      await slow.read(log);
      succeed.mockRestore();
    };
    for (const id of ['notes/1', 'notes/2', 'notes/3', 'Notes/4']) await a.notes.put(id, { title: 'one' });
    await read();
    await b.notes.put('notes/1', { title: 'two' });
    await b.notes.put('notes/2', { title: 'one' });
    await b.notes.delete('notes/3');
    await b.notes.put('notes/4', { title: 'other letters' });
    await read();
    await a.notes.put('notes/1', { title: 'by a' });
    await b.notes.put('notes/1', { title: 'by b' });
    await a.notes.delete('notes/2');
    await b.notes.delete('notes/2');
    await read();
    await a.notes.put('notes/1', { title: 'after it' });
    await a.notes.put('notes/3', { title: 'again' });
    await read();
    for (const sql of TABLES) {
      const [one, other] = await Promise.all(
        [quick, slow].map(({ database }) =>
          database.read((file) => file.rows(sql).map((row) => ({ ...row }))),
        ),
      );
      expect(one?.length).toBeGreaterThan(0);
      expect(one).toEqual(other);
    }
  });
});
