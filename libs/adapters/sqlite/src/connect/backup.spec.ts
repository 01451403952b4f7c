import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { SqliteDocumentWriter } from '../entities/sqlite-document-writer.ts';
import { SqliteRepository } from '../entities/sqlite-repository.ts';
import { SqliteChangeSource } from '../read-changes/sqlite-change-source.ts';
import { SqliteDatabase } from './sqlite-database.ts';

describe('a backup', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  it('has everything that was written before, and readers of the original start over on it', async () => {
    const original = folder.open('original.db');
    const cars = new SqliteRepository<{ n: number }>(original, { collection: 'Cars' });
    for (let n = 0; n < 500; n++) await cars.put(`cars/${n}`, { n });
    await original.backup(folder.file('copy.db'));
    await cars.put('cars/late', { n: 0 });

    const copy = folder.open('copy.db');
    const again = new SqliteRepository<{ n: number }>(copy, { collection: 'Cars' });
    expect((await again.list()).total).toBe(500);
    expect(await again.get('cars/late')).toBeNull();
    const [first, second] = [new SqliteChangeSource(original), new SqliteChangeSource(copy)];
    const identity = await second.identify('r');
    expect(identity.databaseId).not.toBe((await first.identify('r')).databaseId);
    await again.delete('cars/1');
    const page = await second.read({ collection: 'Cars', from: 501, deletesAfter: 500, limit: 10 });
    expect(page.changes).toEqual([{ kind: 'delete', id: 'cars/1', etag: 501 }]);
    expect(await page.deletes).toBe('kept');
    await Promise.all([first.close(), second.close()]);
  });

  it('never takes the place of a file, its own database least of all, and leaves nothing half done', async () => {
    const database = folder.open('busy/own.db');
    await database.write(() => undefined);
    await expect(database.backup(folder.file('busy/own.db'))).rejects.toThrow(/already exists/);
    await database.backup(folder.file('busy/new/copy.db'));
    const again = database.backup(folder.file('busy/new/copy.db'));
    await expect(again).rejects.toThrow(StoreRefusedError);
    await expect(database.backup(folder.file('busy/own.db/copy.db'))).rejects.toThrow(
      'one of its parent folders is a file',
    );
    expect(readdirSync(folder.file('busy/new'))).toEqual(['copy.db']);
  });

  it('is one state of the database, although others write while it is made', async () => {
    const database = folder.open('written.db');
    const cars = new SqliteRepository<{ n: number }>(database, { collection: 'Cars' });
    const brands = new SqliteRepository<{ n: number }>(database, { collection: 'Brands' });
    const writer = new SqliteDocumentWriter(database);
    const done = new AbortController();
    const writing = (async () => {
      for (let n = 0; !done.signal.aborted; n++) {
        await nextTurn();
        const text = `{"N":${n},"Text":"${'x'.repeat(2_000)}"}`;
        const put = { kind: 'put', fields: () => text, origin: null, version: null } as const;
        await writer.writeAll([
          { ...put, declaration: { collection: 'Cars' }, id: `cars/${n}` },
          { ...put, declaration: { collection: 'Brands' }, id: `brands/${n}` },
        ]);
      }
    })();
    try {
      for (let copy = 0; copy < 5; copy++) await database.backup(folder.file(`written-${copy}.db`));
    } finally {
      done.abort();
      await writing;
    }
    expect((await cars.list()).total).toBe((await brands.list()).total);
    for (let copy = 0; copy < 5; copy++) {
      const copied = folder.open(`written-${copy}.db`);
      const [one, other] = ['Cars', 'Brands'].map(
        (collection) => new SqliteRepository(copied, { collection }),
      );
      expect((await one?.list())?.total).toBe((await other?.list())?.total);
    }
  });

  it('can be made of a database in memory', async () => {
    const database = new SqliteDatabase({ path: ':memory:' });
    await new SqliteRepository<{ n: number }>(database, { collection: 'Cars' }).put('cars/1', { n: 1 });
    await database.backup(folder.file('memory.db'));
    await database.close();
    const cars = new SqliteRepository<{ n: number }>(folder.open('memory.db'), { collection: 'Cars' });
    expect(await cars.get('cars/1')).toMatchObject({ n: 1 });
  });
});
