import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { declareTables, nodeSqlite } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';

/** More than a transaction notes, several times. */
const ROWS = 900;

const OF_RECORDS = `SELECT record_id AS id, count(*) AS n FROM spark_peer_events GROUP BY record_id HAVING n > 1`;

describe('a file with rows that becomes a replica', () => {
  let folder: string;
  const opened: ReplicaFile[] = [];

  const open = (name: string): ReplicaFile => {
    const node = new ReplicaFile(folder, name, null);
    opened.push(node);
    return node;
  };
  /** Calls when the transactions of the start are over, each after the one before: the first makes the tables. */
  const afterTransaction = (node: ReplicaFile, ...calls: (() => void)[]): void => {
    node.database.onWritten(() => calls.shift()?.());
  };
  const rows = (node: ReplicaFile, sql: string) =>
    node.database.read((file) => file.rows<Record<string, unknown>>(sql).map((row) => ({ ...row })));
  const counts = (node: ReplicaFile) =>
    rows(
      node,
      `SELECT (SELECT count(*) FROM spark_peer_heads) AS heads, (SELECT count(*) FROM spark_peer_events) AS events,
         (SELECT count(*) FROM Notes_Events WHERE hlc > 0) AS shown, (SELECT count(DISTINCT origin || ':' || tx) FROM spark_peer_events) AS transactions`,
    );
  const whole = { heads: ROWS, events: ROWS, shown: ROWS, transactions: ROWS };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-first-'));
    const before = open('a');
    await declareTables(before.database, [{ collection: 'Notes' }]);
    await before.database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let count = 0; count < ROWS; count++) insert.run(`notes/${count}`, '{"Title":"old"}');
    });
    await before.database.close();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('caches at most 8 MB of its pages, however many it reads', async () => {
    const a = await open('a').begin();
    expect(await a.database.read((file) => file.row('PRAGMA cache_size'))).toMatchObject({
      cache_size: -8_000,
    });
  });

  it('has one event for each row, in their order', async () => {
    const a = await open('a').begin();
    expect(await counts(a)).toEqual([whole]);
    const wrong = `SELECT event.record_id FROM spark_peer_events AS event JOIN Notes AS row ON row.id = event.record_id
      JOIN Notes_Events AS shown ON shown.source_node_id = event.origin AND shown.sequence_number = event.number
      WHERE event.number = row._etag AND event.data = row._document AND event.timestamp = row._modified AND event.sees = ''
        AND shown.data = row._document AND shown.etag = ${ROWS} AND shown.operation_type = 'CREATE'`;
    expect(await rows(a, wrong)).toHaveLength(ROWS);
  });

  it('lets the process go on meanwhile', async () => {
    const a = open('a');
    let turns = 0;
    const over = new AbortController();
    const turning = (async () => {
      for (; !over.signal.aborted; turns++) await nextTurn();
    })();
    await a.begin().finally(() => over.abort());
    await turning;
    expect(turns).toBeGreaterThan(3);
  });

  it('goes on at the next start when it was stopped in between', async () => {
    const stopped = open('a');
    const stop = () => void stopped.database.close();
    afterTransaction(
      stopped,
      () => undefined,
      () => undefined,
      stop,
    );
    await expect(stopped.begin()).rejects.toThrow(/closed/);
    const again = open('a');
    const [some] = await counts(again);
    expect(some?.['heads']).toBeGreaterThan(0);
    expect(some?.['heads']).toBeLessThan(ROWS);
    await again.begin();
    expect(await counts(again)).toEqual([whole]);
    expect(await rows(again, OF_RECORDS)).toEqual([]);
  });

  it('ends after the current page when the node stops, and continues at the next start', async () => {
    const a = open('a');
    const stop = new AbortController();
    afterTransaction(a, () => stop.abort());
    await expect(a.store.begin([{ collection: 'Notes' }], 0, stop.signal)).rejects.toThrow(/abort/);
    const [some] = await counts(a);
    expect(some?.['heads']).toBeLessThan(ROWS);
    await a.begin();
    expect(await counts(a)).toEqual([whole]);
  });

  it('goes on when a transaction in between has failed', async () => {
    const a = open('a');
    const { DatabaseSync } = nodeSqlite();
    const shell = new DatabaseSync(a.path);
    afterTransaction(a, () =>
      shell.exec(`CREATE TRIGGER picky BEFORE INSERT ON spark_peer_events WHEN NEW.record_id = 'notes/500' BEGIN
        SELECT RAISE(ABORT, 'not now'); END`),
    );
    await expect(a.begin()).rejects.toThrow(/not now/);
    shell.exec('DROP TRIGGER picky');
    shell.close();
    await a.begin();
    expect(await counts(a)).toEqual([whole]);
    expect(await rows(a, OF_RECORDS)).toEqual([]);
  });

  it('is refused, with the remedy, where a row has an id that no other node would take', async () => {
    const a = open('a');
    await a.database.write(({ db }) =>
      db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)').run('', '{"Title":"nameless"}'),
    );
    await expect(a.begin()).rejects.toThrow(
      /its table Notes has a row whose id begins with "", but .* has 1 to 512 bytes.* Delete the row/,
    );
    await a.database.write(({ db }) => db.prepare('DELETE FROM Notes WHERE id = ?').run(''));
    await a.begin();
    expect(await counts(a)).toEqual([whole]);
  });

  it('neither loses nor doubles what another program changes meanwhile', async () => {
    const a = open('a');
    const { DatabaseSync } = nodeSqlite();
    const shell = new DatabaseSync(a.path);
    const change = (id: string) =>
      shell.prepare(`UPDATE Notes SET _document = '{"Title":"by hand"}' WHERE id = ?`).run(id);
    const remove = (id: string) => shell.prepare('DELETE FROM Notes WHERE id = ?').run(id);
    afterTransaction(
      a,
      () => {
        change('notes/0');
        remove('notes/899');
      },
      () => {
        change('notes/1');
        change('notes/800');
        remove('notes/2');
        remove('notes/801');
        shell.exec(`INSERT INTO Notes (id, _document) VALUES ('notes/new', '{"Title":"new"}')`);
      },
    );
    await a.begin();
    shell.close();
    // Those that had an event when they were changed have two.
    expect(await rows(a, `${OF_RECORDS} ORDER BY id`)).toEqual([
      { id: 'notes/1', n: 2 },
      { id: 'notes/2', n: 2 },
    ]);
    const log = new Log();
    const b = await open('b').begin();
    for (const node of [a, b]) await node.meet(log);
    await settle(log, [a, b]);
    const documents = 'SELECT id, _document AS document FROM Notes ORDER BY id';
    const here = await rows(a, documents);
    expect(await rows(b, documents)).toEqual(here);
    expect(here).toHaveLength(ROWS + 1 - 3);
    expect(here.filter(({ document }) => document === '{"Title":"by hand"}')).toHaveLength(3);
    const heads = `SELECT entity, record_id, origin, number FROM spark_peer_heads ORDER BY record_id`;
    expect(await rows(b, heads)).toEqual(await rows(a, heads));
  });
});
