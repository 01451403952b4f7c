import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PeerRows, recordStates } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';
import { addToDigest, BUCKETS, emptyDigest } from './digest.ts';
import { DriftStore } from './drift-store.ts';

const BUCKET_NUMBERS = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

describe('What a comparison reads of a file', () => {
  let folder: string;
  let node: ReplicaFile;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-drift-'));
    node = await new ReplicaFile(folder, 'a', null).begin();
    await node.database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let count = 0; count < 450; count++) insert.run(`Notes/${count}`, '{"Title":"one"}');
      db.exec(`DELETE FROM Notes WHERE id IN ('Notes/7', 'Notes/250')`);
      db.exec(`DELETE FROM spark_peer_heads WHERE record_id = 'Notes/300'`);
    });
  });
  afterEach(async () => {
    await node.database.close();
    rmSync(folder, { recursive: true });
  });

  it('is each record once, page after page, those without a row or without an event too', async () => {
    const store = new DriftStore(node.database, () => null);
    const { records } = await store.side('Notes', BUCKET_NUMBERS);
    expect(new Set(records.map(({ recordId }) => recordId.toLowerCase())).size).toBe(450);
    expect(records).toHaveLength(450);
    const [deleted, forgotten] = ['Notes/7', 'Notes/300'].map((id) =>
      records.find(({ recordId }) => recordId === id),
    );
    expect(deleted).toMatchObject({ hash: null, heads: expect.stringContaining(':') });
    expect(forgotten).toMatchObject({ hash: expect.any(String), heads: '' });
    const all = emptyDigest();
    addToDigest(all, await node.database.read((open) => recordStates(open, 'Notes', null, 1_000)));
    const digest = await store.digest('Notes');
    expect(digest).toEqual(all);
    await store.keepDigest('Notes', digest);
    expect(await store.keptDigest('Notes')).toEqual(digest);
    expect(await store.keptDigest('Boards')).toBeNull();
  });

  it('is repaired record by record, even where their ids differ only in a letter beyond ASCII', async () => {
    const log = new Log();
    await node.meet(log);
    const ids = ['notes/É', 'notes/é'];
    for (const id of ids) await node.notes.put(id, { title: id });
    await settle(log, [node]);
    const store = new DriftStore(node.database, () => null);
    const before = await store.sideOf('Notes', ids);
    await node.database.write(({ db }) =>
      db.exec(`DELETE FROM spark_peer_heads WHERE record_id = 'notes/é'`),
    );
    const events = await node.database.read((open) =>
      new PeerRows(open).eventsAfter(
        open.row<{ origin: string }>('SELECT origin FROM spark_peer')?.origin ?? '',
        0,
        1_000,
      ),
    );
    await store.repair(
      'Notes',
      ids,
      events.filter(({ recordId }) => ids.includes(recordId)),
    );
    expect((await store.sideOf('Notes', ids)).records).toEqual(before.records);
    expect(await node.notes.get('notes/É')).toMatchObject({ title: 'notes/É' });
  });
});
