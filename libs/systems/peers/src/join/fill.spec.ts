import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PeerRows, SqliteChangeSource } from '@nestjs-spark/sqlite/internal';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';

/** Without `taken` and etags: each file takes the records of a snapshot in its own order. */
const TABLES = [
  `SELECT origin, number, hlc, entity, record_id, operation_type, data, timestamp, sees, resolver_version, tx, past
   FROM spark_peer_events ORDER BY origin, number`,
  'SELECT * FROM spark_peer_heads ORDER BY record_id, origin, number',
  'SELECT origin, applied, confirmed, tail, node, ack FROM spark_peer_origins WHERE applied > 0 ORDER BY origin',
  'SELECT entity, record_id, heads, ended IS NULL AS open FROM spark_peer_conflicts ORDER BY record_id',
  `SELECT id, operation_type, record_id, data, source_node_id, sequence_number, hlc, sees, tx, resolves, resolver_version,
     etag IS NULL AS lacks_etag FROM Notes_Events ORDER BY source_node_id, sequence_number`,
  'SELECT id, _document, _metadata FROM Notes ORDER BY id',
];

describe('records of a snapshot that a file knows nothing of', () => {
  let folder: string;
  let log: Log;
  const opened: ReplicaFile[] = [];

  const open = async (name: string): Promise<ReplicaFile> => {
    const file = await new ReplicaFile(folder, name, null).begin();
    opened.push(file);
    await file.meet(log);
    return file;
  };
  const rows = ({ database }: ReplicaFile, sql: string) =>
    database.read((file) => file.rows<Record<string, unknown>>(sql).map((row) => ({ ...row })));
  const write = ({ database }: ReplicaFile, count: number) =>
    database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let at = 0; at < count; at++) insert.run(`notes/many/${at}`, `{"Title":"${at}"}`);
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-fill-'));
    log = new Log();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('leave the file as merging them one by one would', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const [quick, slow] = [await open('quick'), await open('slow')];
    await new SqliteChangeSource(quick.database).identify('reader');
    for (const id of ['notes/1', 'notes/2', 'notes/3', 'notes/known'])
      await a.notes.put(id, { title: 'one' });
    await settle(log, [a, b, quick, slow], true);
    await write(a, 450);
    await a.notes.delete('notes/3');
    for (const id of ['notes/gone', 'Notes/5']) await a.notes.put(id, { title: 'one' });
    await settle(log, [a, b], true);
    await a.notes.delete('notes/gone');
    await a.notes.put('notes/1', { title: 'by a' });
    await b.notes.put('notes/1', { title: 'by b' });
    await a.notes.put('notes/met', { title: 'by a' });
    await b.notes.put('Notes/MET', { title: 'by b' });
    await settle(log, [a, b], true);
    await a.takeSnapshot(log);
    // Rows without an event, as a missing trigger leaves them; readers have seen one that is deleted elsewhere.
    for (const { database } of [quick, slow])
      await database.write(({ db }) => {
        db.exec('UPDATE spark_peer SET applying = TRUE');
        const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
        for (const id of ['notes/gone', 'notes/many/8']) insert.run(id, '{"Title":"left"}');
      });
    await quick.loadSnapshot(log);
    const fill = jest.spyOn(PeerRows.prototype, 'fill').mockImplementation((events) => [...events]);
    await slow.loadSnapshot(log);
    expect(fill).toHaveBeenCalled();
    for (const sql of TABLES) {
      const [one, other] = [await rows(quick, sql), await rows(slow, sql)];
      expect(one.length).toBeGreaterThan(0);
      expect(one).toEqual(other);
    }
    const ownEtags = `SELECT count(*) AS n FROM Notes_Events AS event JOIN Notes AS row ON row.id = event.record_id
      WHERE event.etag = row._etag AND event.data = row._document`;
    expect(await rows(quick, ownEtags)).toEqual(await rows(slow, ownEtags));
    const numbered = 'SELECT max(_etag) = (SELECT last_etag FROM spark_database) AS last FROM Notes';
    expect(await rows(quick, numbered)).toEqual([{ last: 1 }]);
    const place = await quick.database.read((file) => file.lastEtag);
    fill.mockRestore();
    await a.notes.delete('notes/many/7');
    await settle(log, [a, b, quick, slow], true);
    const source = new SqliteChangeSource(quick.database);
    const page = await source.read({ collection: 'Notes', from: place + 1, deletesAfter: 0, limit: 10 });
    expect(page.changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['delete notes/many/7']);
    expect(await quick.seen()).toEqual(await a.seen());
    expect(await slow.seen()).toEqual(await a.seen());
  });

  it('all arrive except one that the table rejects', async () => {
    const [a, b] = [await open('a'), await open('b')];
    await write(a, 60);
    await settle(log, [a]);
    await a.takeSnapshot(log);
    await b.database.write(({ db }) =>
      db.exec(`CREATE TRIGGER refuses BEFORE INSERT ON Notes WHEN NEW.id = 'notes/many/33'
        BEGIN SELECT RAISE(ABORT, 'not here'); END`),
    );
    await b.loadSnapshot(log);
    const ids = 'SELECT id FROM Notes ORDER BY id';
    expect(await rows(b, ids)).toEqual((await rows(a, ids)).filter(({ id }) => id !== 'notes/many/33'));
    const heads = 'SELECT record_id, origin, number FROM spark_peer_heads ORDER BY record_id';
    expect(await rows(b, heads)).toEqual(await rows(a, heads));
  });

  it('arrive even if events have been removed from the file', async () => {
    const [a, b] = [await open('a'), await open('b')];
    await write(a, 30);
    await settle(log, [a]);
    await b.notes.put('notes/b', { title: 'by b' });
    await b.database.write(({ db }) =>
      db.exec('DELETE FROM spark_peer_events; DELETE FROM spark_peer_heads'),
    );
    await a.takeSnapshot(log);
    const succeed = jest.spyOn(PeerRows.prototype, 'succeed');
    await b.loadSnapshot(log);
    expect(succeed).not.toHaveBeenCalled();
    expect(await rows(b, 'SELECT min(taken) AS first, max(taken) AS last FROM spark_peer_events')).toEqual([
      { first: 2, last: 31 },
    ]);
    expect(await rows(b, 'SELECT count(*) AS n FROM Notes')).toEqual([{ n: 31 }]);
  });

  it('are merged with each other if their ids are stored as the same text, even without a table', async () => {
    const a = await open('a');
    const snapshot = { cut: 1, origins: [] };
    const ids = ['notes/\ud800', 'notes/\ud801'];
    const events = ids.map((recordId, at) => ({
      ...ONE_EVENT,
      entity: 'Others',
      recordId,
      number: at + 1,
      hlc: ONE_EVENT.hlc + at,
    }));
    await a.store.loadRecords(snapshot, events);
    expect(await rows(a, 'SELECT count(*) AS n FROM spark_peer_conflicts')).toEqual([{ n: 0 }]);
    expect(await rows(a, 'SELECT record_id AS id, number FROM spark_peer_heads')).toEqual([
      { id: 'notes/\ufffd', number: 2 },
    ]);
  });

  it('fill its event table with the latest only, even if the node restarts while it loads them', async () => {
    const [a, b] = [await open('a'), await open('b')];
    await write(a, 1_500);
    await settle(log, [a]);
    await a.takeSnapshot(log);
    b.store.finishLoading = () => Promise.reject(new Error('killed'));
    await expect(b.loadSnapshot(log)).rejects.toThrow('killed');
    const shown = 'SELECT count(*) AS n, count(DISTINCT record_id) AS records FROM Notes_Events';
    expect(await rows(b, shown)).toEqual([{ n: 0, records: 0 }]);
    await b.database.close();
    const again = await open('b');
    expect(await rows(again, shown)).toEqual([{ n: 1_000, records: 1_000 }]);
    await again.loadSnapshot(log);
    expect(await rows(again, shown)).toEqual([{ n: 1_000, records: 1_000 }]);
    expect(await again.seen()).toEqual(await a.seen());
    expect(await rows(again, 'SELECT count(*) AS n FROM Notes')).toEqual([{ n: 1_500 }]);
    expect(await again.database.read((file) => new PeerRows(file).backlog)).toBe(0);
  });
});
