import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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

  it('that cannot be opened for now is unavailable', async () => {
    writeFileSync(folder.file('own.db'), '', { mode: 0o600 });
    const unopened = Object.assign(new Error('as SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode: 14 });
    expect(toStoreError(folder.file('own.db'), unopened)).toBeInstanceOf(UnavailableError);
  });

  it.each([
    ['a folder', 'folder.db', /folder\.db is a folder: name a file in it/],
    ['a link to itself', 'link.db', /link\.db is a link that points back to itself/],
    ['a name that is too long', 'x'.repeat(300), /is too long/],
    ['a name that is too long with what SQLite puts behind it', 'x'.repeat(250), /is too long/],
    ['a path that is too long', `${'x'.repeat(200)}/`.repeat(3) + 'a.db', /is too long/],
    ['below a file', 'file/a.db', /one of its parent folders is a file/],
  ])('that can never be opened is refused: %s', async (_what, name, reason) => {
    if (name === 'folder.db') mkdirSync(folder.file(name));
    if (name === 'link.db') symlinkSync(folder.file(name), folder.file(name));
    writeFileSync(folder.file('file'), '');
    const refused = folder.open(name).read(() => null);
    await expect(refused).rejects.toThrow(StoreRefusedError);
    await expect(refused).rejects.toThrow(reason);
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
