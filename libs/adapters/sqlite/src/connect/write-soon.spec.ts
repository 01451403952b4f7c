import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteChangeSource } from '../read-changes/sqlite-change-source.ts';
import type { OpenDatabase } from './open-database.ts';
import { SqliteDatabase } from './sqlite-database.ts';

const NORMAL = 1;
const FULL = 2;
const waitsFor = ({ db }: OpenDatabase) => db.prepare('PRAGMA synchronous').get()?.['synchronous'];

describe('a transaction that the disk may get later', () => {
  let folder: string;
  let database: SqliteDatabase;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-sqlite-soon-'));
    database = new SqliteDatabase({ path: join(folder, 'data.db') });
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('does not wait for it, and the next write does', async () => {
    expect(await database.writeSoon(waitsFor)).toBe(NORMAL);
    expect(await database.write(waitsFor)).toBe(FULL);
    await database.sync();
  });

  it('waits for it in a file that has readers: they go on from numbers that would be given again', async () => {
    await new SqliteChangeSource(database).identify('reader');
    expect(await database.writeSoon(waitsFor)).toBe(FULL);
  });

  it('does not wait for it, even with readers, if it issues no such number', async () => {
    await new SqliteChangeSource(database).identify('reader');
    expect(await database.writeUnnumberedSoon(waitsFor)).toBe(NORMAL);
    expect(await database.write(waitsFor)).toBe(FULL);
  });

  it('leaves the file as it was when it fails, and the next write waits', async () => {
    const fails = (open: OpenDatabase) => {
      open.db.exec(`UPDATE spark_database SET last_etag = 7`);
      throw new Error('no');
    };
    await expect(database.writeSoon(fails)).rejects.toThrow('no');
    expect(await database.read(({ lastEtag }) => lastEtag)).toBe(0);
    expect(await database.write(waitsFor)).toBe(FULL);
  });

  it('is brought to the disk also when the log was written into the file meanwhile', async () => {
    await database.writeSoon(({ db }) => db.exec('UPDATE spark_database SET moving = FALSE'));
    await database.close();
    await database.sync();
  });
});
