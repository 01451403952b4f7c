import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { eventually } from '@nestjs-spark/servers/testing';
import { SqliteChangeSource, SqliteDatabase, SqliteRepository } from '@nestjs-spark/sqlite/internal';
import { makeFirstSchemaFile, MANY_DOCUMENTS } from '../support/first-schema-file.ts';
import { describeOnSmallDisks, smallDisk, type SmallDisk } from '../support/small-disk.ts';

interface Car {
  text: string;
}

const MEBIBYTE = 1024 * 1024;
const TEXT = 'x'.repeat(20_000);
const SAID = /^The disk of \/.*\/store\.db is full: [\d.]+ MiB must be free there, and [\d.]+ MiB are$/;

describeOnSmallDisks('a file on a full disk', () => {
  let disk: SmallDisk;
  let path: string;
  const opened: SqliteDatabase[] = [];

  beforeEach(() => {
    const mounted = smallDisk(8);
    if (typeof mounted === 'string') throw new Error(mounted);
    disk = mounted;
    path = join(disk.path, 'store.db');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    disk.unmount();
  });

  function open(): { database: SqliteDatabase; cars: SqliteRepository<Car>; told: string[] } {
    const told: string[] = [];
    const database = new SqliteDatabase({ path }, { warn: (line) => told.push(line) });
    opened.push(database);
    return { database, cars: new SqliteRepository<Car>(database, { collection: 'Cars' }), told };
  }

  /** @returns how many were written before one was refused, and with what */
  async function putUntilRefused(cars: SqliteRepository<Car>): Promise<{ written: number; error: unknown }> {
    for (let written = 0; ; written++) {
      try {
        await cars.put(`cars/${written}`, { text: TEXT });
      } catch (error) {
        return { written, error };
      }
      if (written > 2_000) throw new Error('the disk is never full');
    }
  }

  it('refuses writes in words, can be read, and goes on by itself when there is room', async () => {
    const { database, cars, told } = open();
    await cars.put('cars/first', { text: 'first' });
    disk.fill(MEBIBYTE);
    const { written, error } = await putUntilRefused(cars);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toMatch(SAID);
    expect(database.trouble).toMatch(SAID);
    expect(told).toHaveLength(1);

    expect(await cars.get('cars/first')).toMatchObject({ text: 'first' });
    expect((await cars.list()).total).toBe(written + 1);
    const feed = new SqliteChangeSource(database);
    const page = await feed.read({ collection: 'Cars', from: 1, deletesAfter: 0, limit: 10_000 });
    expect(page.changes).toHaveLength(written + 1);
    await feed.close();

    disk.empty();
    await eventually(() => expect(database.trouble).toBeNull());
    await cars.put('cars/last', { text: 'last' });
    expect(await database.read((file) => file.number('SELECT count(*) AS value FROM Cars_Events'))).toBe(
      written + 2,
    );
    expect(await database.read((file) => file.row('PRAGMA integrity_check'))).toEqual({
      integrity_check: 'ok',
    });
  });

  it('gives back what the log took of the disk, and writes on', async () => {
    const { database, cars } = open();
    await cars.put('cars/0', { text: 'x' });
    await database.write((file) => file.db.exec('CREATE TABLE mine AS SELECT randomblob(20000) AS data'));
    const change = () => database.write((file) => file.db.exec('UPDATE mine SET data = randomblob(20000)'));
    const reader = new DatabaseSync(path);
    reader.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM Cars').get();
    // While somebody reads an old state, the log cannot be put into the file, and grows with each change.
    for (let n = 0; database.trouble === null; n++) {
      expect(n).toBeLessThan(2_000);
      await change().catch(() => undefined);
    }
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(7 * MEBIBYTE);
    reader.exec('COMMIT');
    reader.close();
    await change();
    expect(database.trouble).toBeNull();
    expect(statSync(`${path}-wal`).size).toBeLessThan(MEBIBYTE);
    for (let n = 0; n < 1_000; n++) await change();
    expect(database.trouble).toBeNull();
  });

  it('that is opened there is told the same, and opened when there is room', async () => {
    disk.fill(0);
    const { database, cars } = open();
    await expect(cars.list()).rejects.toThrow(SAID);
    disk.empty();
    expect(await cars.list()).toEqual({ items: [], total: 0 });
    await cars.put('cars/1', { text: 'x' });
    expect(database.trouble).toBeNull();
  });

  it('stays as it was when there is no room to carry it over, until there is', async () => {
    makeFirstSchemaFile(path, `${MANY_DOCUMENTS.replace('20000', '8000')}`);
    const before = new DatabaseSync(path);
    before.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    before.close();
    disk.fill(MEBIBYTE / 2);
    const { database, cars } = open();
    await expect(cars.list()).rejects.toThrow(SAID);
    const meanwhile = new DatabaseSync(path);
    expect(meanwhile.prepare('SELECT max(schema_version) AS version FROM spark_migrations').get()).toEqual({
      version: 1,
    });
    meanwhile.close();
    disk.empty();
    expect((await cars.list()).total).toBe(8_006);
    await eventually(() => expect(database.trouble).toBeNull());
  });
});
