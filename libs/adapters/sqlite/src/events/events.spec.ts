import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { SqliteRepository } from '../entities/sqlite-repository.ts';
import { checkpointAt, copyOf } from '../fixtures/checkpoint.ts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { SqliteChangeSource } from '../read-changes/sqlite-change-source.ts';
import { SqliteChangeSink } from '../write/sqlite-change-sink.ts';
import { EventTrimmer } from './event-trimmer.ts';

interface Car {
  model: string;
}

const silent = { debug() {}, log() {}, warn() {}, error() {} };

describe('the events of a table', () => {
  const folder = new TemporaryFolder();
  let number = 0;
  let database: SqliteDatabase;
  let cars: SqliteRepository<Car>;
  let shell: DatabaseSync;

  beforeEach(async () => {
    database = folder.open(`${++number}.db`, { keepEvents: 3 });
    cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
    await cars.put('cars/0', { model: 'first' });
    shell = new DatabaseSync(folder.file(`${number}.db`));
  });
  afterAll(() => folder.remove());

  const events = () =>
    shell
      .prepare('SELECT sequence_number AS n, operation_type AS what, record_id AS id, data FROM Cars_Events')
      .all()
      .map((row) => ({ ...row }));

  it('say what the application did, in its order', async () => {
    await cars.put('cars/0', { model: 'second' });
    await cars.patch('cars/0', { model: 'third' });
    await cars.delete('cars/0');
    expect(events()).toEqual([
      { n: 1, what: 'CREATE', id: 'cars/0', data: '{"Model":"first"}' },
      { n: 2, what: 'UPDATE', id: 'cars/0', data: '{"Model":"second"}' },
      { n: 3, what: 'UPDATE', id: 'cars/0', data: '{"Model":"third"}' },
      { n: 4, what: 'DELETE', id: 'cars/0', data: null },
    ]);
  });

  it('say what others did past the library with plain SQL', () => {
    shell.exec(`INSERT INTO Cars (id, _document) VALUES ('Cars/9', '{"Model":"a"}')`);
    shell.exec(`UPDATE Cars SET _document = '{"Model":"b"}' WHERE id = 'Cars/9'`);
    shell.exec(`DELETE FROM Cars`);
    expect(events().slice(1)).toEqual([
      { n: 2, what: 'CREATE', id: 'Cars/9', data: '{"Model":"a"}' },
      { n: 3, what: 'UPDATE', id: 'Cars/9', data: '{"Model":"b"}' },
      { n: 4, what: 'DELETE', id: 'cars/0', data: null },
      { n: 5, what: 'DELETE', id: 'Cars/9', data: null },
    ]);
  });

  it('are as requirement 004 wants them, each number of a node once', () => {
    const row = shell.prepare('SELECT * FROM Cars_Events').get();
    expect(Object.keys(row ?? {})).toEqual([
      'id',
      'operation_type',
      'record_id',
      'data',
      'timestamp',
      'source_node_id',
      'processed',
      'sequence_number',
    ]);
    expect(row?.['id']).toBe(`${row?.['source_node_id']}-1`);
    expect(row).toMatchObject({ processed: 0 });
    expect(() => shell.exec('INSERT INTO Cars_Events SELECT * FROM Cars_Events')).toThrow(/UNIQUE/);
  });

  it('do not repeat the content of a copy, which is in its row and at its owner', async () => {
    await new SqliteChangeSink(database).apply([copyOf('copies/1', '{"A":1}')], checkpointAt(1), null);
    expect(shell.prepare('SELECT record_id, data FROM Copies_Events').all()).toMatchObject([
      { record_id: 'copies/1', data: null },
    ]);
  });

  it('refuse what is not a JSON object, whoever writes it, and an id that changes', () => {
    expect(() => shell.exec(`INSERT INTO Cars (id, _document) VALUES ('x', '[1]')`)).toThrow(/CHECK/);
    expect(() => shell.exec(`UPDATE Cars SET _document = '{'`)).toThrow(/CHECK/);
    expect(() => shell.exec(`UPDATE Cars SET id = 'cars/7'`)).toThrow(/cannot be changed/);
    expect(() => shell.exec(`INSERT INTO Cars (id, _document) VALUES ('CARS/0', '{}')`)).toThrow(/UNIQUE/);
  });

  it('go when every reader has confirmed them, but for the newest, which are marked', async () => {
    const feed = new SqliteChangeSource(database);
    await feed.identify('r');
    for (let n = 1; n <= 2_500; n++) {
      shell.prepare(`INSERT INTO Cars (id, _document) VALUES (?, '{}')`).run(`cars/${n}`);
    }
    await feed.keepDeletesAfter(2_000);
    const left = shell.prepare(
      'SELECT min(sequence_number) AS first, sum(processed) AS done FROM Cars_Events',
    );
    expect(left.get()).toMatchObject({ first: 1_998, done: 3 });
    await feed.keepDeletesAfter(1_000);
    expect(left.get()).toMatchObject({ first: 1_998, done: 3 });
    await feed.close();
  });

  it('do not pile up where nobody reads them', async () => {
    const trimmer = new EventTrimmer(database, silent);
    shell.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10010)
      INSERT INTO Cars (id, _document) SELECT 'cars/' || n, '{}' FROM numbers`);
    await cars.put('cars/0', { model: 'last' });
    await trimmer.close();
    expect(events()).toHaveLength(3);
    const feed = new SqliteChangeSource(database);
    const late = await feed.read({ collection: 'Cars', from: 1, deletesAfter: 0, limit: 1 });
    expect(await late.deletes).toBe('lost');
    await feed.close();
  });
});
