import { mkdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { toStoreError } from './sqlite-error.ts';

describe('a file', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  it('is made when missing, its folders too', async () => {
    const database = folder.open('a/b/c.db');
    expect(await database.read((open) => open.lastEtag)).toBe(0);
  });

  it('that is not a database is refused by name', async () => {
    writeFileSync(
      folder.file('text.db'),
      'this is a text and not a database, and long enough to be seen as one\n'.repeat(20),
    );
    const refused = folder.open('text.db').read(() => null);
    await expect(refused).rejects.toThrow(StoreRefusedError);
    await expect(refused).rejects.toThrow(/text\.db is not an SQLite database/);
  });

  it('that cannot be opened is unavailable', async () => {
    mkdirSync(folder.file('folder.db'));
    await expect(folder.open('folder.db').read(() => null)).rejects.toThrow(UnavailableError);
  });

  it('of a newer version of Spark is refused and left as it is', async () => {
    const database = folder.open('newer.db');
    await database.write((open) =>
      open.db.exec(`INSERT INTO spark_migrations (schema_version, what) VALUES (99, 'of tomorrow')`),
    );
    await database.close();
    const refused = folder.open('newer.db').read(() => null);
    await expect(refused).rejects.toThrow(StoreRefusedError);
    await expect(refused).rejects.toThrow(/newer version of Spark \(schema 99/);
  });

  it('that another keeps locked is waited for, then unavailable, and used when it is free', async () => {
    const database = folder.open('locked.db', { busyTimeoutMs: 50 });
    await database.read(() => null);
    const other = new DatabaseSync(folder.file('locked.db'));
    other.exec('BEGIN IMMEDIATE');
    const refused = database.write(() => null);
    await expect(refused).rejects.toThrow(UnavailableError);
    await expect(refused).rejects.toThrow(/Another process keeps .* locked/);
    expect(await database.read((open) => open.lastEtag)).toBe(0);
    const patient = folder.open('locked.db', { busyTimeoutMs: 60_000 });
    const written = patient.write(() => 'written');
    other.exec('COMMIT');
    other.close();
    expect(await written).toBe('written');
  });

  it('keeps nothing of a transaction that throws', async () => {
    const database = folder.open('rolled-back.db');
    const failed = database.write((open) => {
      open.db.exec(`INSERT INTO spark_ids VALUES ('Cars', 1)`);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await database.read((open) => open.number('SELECT count(*) AS value FROM spark_ids'))).toBe(0);
  });

  it.each([
    [13, UnavailableError, /The disk of x\.db is full/],
    [10, UnavailableError, /The file x\.db/],
    [8, StoreRefusedError, /x\.db is read-only/],
    [11, StoreRefusedError, /is damaged/],
  ])('with the trouble that SQLite numbers %i is told in words', (errcode, type, words) => {
    const error = toStoreError(
      'x.db',
      Object.assign(new Error('as SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode }),
    );
    expect(error).toBeInstanceOf(type);
    expect(String(error)).toMatch(words);
  });
});
