import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { VersionConflictError } from '@nestjs-spark/contracts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { SqliteChangeSource } from '../read-changes/sqlite-change-source.ts';
import { SqliteStateStore } from './sqlite-state-store.ts';

const KIND = 'SparkSetAside';
const id = (n: number) => `sparkSetAside/${n}`;

describe('State that is written at the same time', () => {
  let folder: TemporaryFolder;
  let database: SqliteDatabase;
  let store: SqliteStateStore;
  let transactions = 0;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    database = folder.open('state.db');
    store = new SqliteStateStore(database);
    await store.write(id(0), KIND, { n: 0 }, null);
    transactions = 0;
    database.onWritten(() => transactions++);
  });
  afterEach(() => folder.remove());

  const write = (n: number, value: object = { n }) => store.write(id(n), KIND, value, null);

  it('waits for the disk once, however much it is', async () => {
    const versions = await Promise.all(Array.from({ length: 100 }, (_, n) => write(n + 1)));
    expect(new Set(versions).size).toBe(100);
    expect(transactions).toBe(1);
    await Promise.all([store.remove(id(1)), store.remove(id(2)), write(200)]);
    expect(transactions).toBe(2);
    expect(await store.list('sparkSetAside/')).toHaveLength(100);
  });

  it('has an outcome for each: what is refused leaves the others', async () => {
    const [before, refused, after] = await Promise.allSettled([write(1), write(0), write(2)]);
    expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(refused).toMatchObject({ reason: expect.any(VersionConflictError) });
    expect(await store.readAll([id(0), id(1), id(2)])).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  });

  it('does not wait for the disk if a power cut may lose it, even with readers', async () => {
    await new SqliteChangeSource(database).identify('reader');
    const { version = '' } = (await store.read(id(0))) ?? {};
    const waiting = jest.spyOn(database, 'write');
    const soon = await store.write(id(0), KIND, { n: 1 }, version, 'soon');
    expect(waiting).not.toHaveBeenCalled();
    expect(await store.read(id(0))).toEqual({ id: id(0), value: { n: 1 }, version: soon });
    await expect(store.write(id(0), KIND, { n: 2 }, version, 'soon')).rejects.toThrow(VersionConflictError);
    await store.write(id(0), KIND, { n: 2 }, soon);
    expect(waiting).toHaveBeenCalledTimes(1);
  });

  it('is tried one by one where the database fails at it', async () => {
    await database.write(({ db }) =>
      db.exec(
        "CREATE TRIGGER no_five BEFORE INSERT ON spark_state WHEN NEW.id = 'sparkSetAside/5' BEGIN SELECT raise(ABORT, 'no five'); END",
      ),
    );
    const outcomes = await Promise.allSettled([write(4), write(5), write(6)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
