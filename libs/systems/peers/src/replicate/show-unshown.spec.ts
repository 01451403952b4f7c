import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listConflicts } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle, writeByHand } from '../../testing/replica-file.ts';

const RECORDS = 500;

describe('a collection that becomes replicated after other nodes have written to it', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;
  let pages: number;
  let beforePage: (page: number) => Promise<void>;

  const titlesOf = async (node: ReplicaFile, id: string) =>
    (await node.database.read((open) => listConflicts(open, 'Notes')))
      .filter(({ recordId }) => recordId === id)
      .map(({ heads }) => heads.map(({ event }) => event.data).toSorted());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-unshown-'));
    log = new Log();
    a = await new ReplicaFile(folder, 'a', null).begin();
    b = new ReplicaFile(folder, 'b', null);
    await a.meet(log);
    await a.database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let at = 0; at < RECORDS; at++) insert.run(`notes/${1_000 + at}`, `{"Title":"by a"}`);
    });
    await b.store.begin([], 0);
    await b.meet(log);
    await settle(log, [a], true);
    await b.read(log);
    [pages, beforePage] = [0, async () => undefined];
    const writeSoon = b.database.writeSoon.bind(b.database);
    b.database.writeSoon = async (work) => {
      await beforePage(pages++);
      return writeSoon(work);
    };
  });
  afterEach(async () => {
    for (const { database } of [a, b]) await database.close();
    rmSync(folder, { recursive: true });
  });

  it('shows their records page by page, and lets the process continue in between', async () => {
    const shown: number[] = [];
    beforePage = async () => {
      await new Promise(setImmediate);
      shown.push(await b.database.read((open) => open.number('SELECT count(*) AS value FROM Notes')));
    };
    await b.begin();
    expect(shown.slice(0, 3)).toEqual([0, 200, 400]);
    expect(await b.database.read((open) => open.number('SELECT count(*) AS value FROM Notes'))).toBe(RECORDS);
    expect(await b.seen()).toEqual(await a.seen());
  });

  it('continues at the next start where the process has ended', async () => {
    beforePage = async (page) => {
      if (page === 2) throw new Error('killed');
    };
    await expect(b.begin()).rejects.toThrow('killed');
    pages = 0;
    beforePage = async () => undefined;
    await b.begin();
    // The last 100 records.
    expect(pages).toBe(1);
    expect(await b.database.read((open) => open.number('SELECT count(*) AS value FROM Notes'))).toBe(RECORDS);
    expect(await b.seen()).toEqual(await a.seen());
  });

  it('leaves the rest to the next start when the node stops', async () => {
    const stop = new AbortController();
    beforePage = async () => stop.abort();
    await expect(b.store.begin([{ collection: 'Notes' }], 0, stop.signal)).rejects.toThrow(/abort/);
    expect(pages).toBe(1);
    beforePage = async () => undefined;
    await b.begin();
    expect(await b.seen()).toEqual(await a.seen());
  });

  it('keeps what was in rows of its own, and what is written while records are not shown yet, beside theirs', async () => {
    await b.notes.put('notes/1400', { title: 'here before' });
    beforePage = async (page) => {
      if (page !== 1) return;
      await writeByHand(b.path, 'notes/1450', 'meanwhile');
      await b.notes.put('notes/1400', { title: 'here still' });
      await b.notes.delete('notes/1000');
    };
    await b.begin();
    await settle(log, [a, b]);
    for (const node of [a, b]) {
      expect(await titlesOf(node, 'notes/1450')).toEqual([['{"Title":"by a"}', '{"Title":"meanwhile"}']]);
      expect(await titlesOf(node, 'notes/1400')).toEqual([['{"Title":"by a"}', '{"Title":"here still"}']]);
      // It was shown already, so its delete replaces it.
      expect(await titlesOf(node, 'notes/1000')).toEqual([]);
      expect(await node.notes.get('notes/1000')).toBeNull();
    }
    expect(await b.seen()).toEqual(await a.seen());
  });

  it('keeps what was written meanwhile beside theirs, too, when the next start does not replicate the collection any more', async () => {
    beforePage = async (page) => {
      if (page === 1) await b.notes.put('notes/1400', { title: 'meanwhile' });
      if (page === 2) throw new Error('killed');
    };
    await expect(b.begin()).rejects.toThrow('killed');
    await b.store.begin([], 0);
    await settle(log, [a, b]);
    beforePage = async () => undefined;
    await b.begin();
    await settle(log, [a, b]);
    for (const node of [a, b])
      expect(await titlesOf(node, 'notes/1400')).toEqual([['{"Title":"by a"}', '{"Title":"meanwhile"}']]);
    expect(await b.seen()).toEqual(await a.seen());
  });
});
