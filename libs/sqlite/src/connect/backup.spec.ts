import { afterAll, describe, expect, it } from '@jest/globals';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { SqliteRepository } from '../entities/sqlite-repository.ts';
import { SqliteChangeFeed } from '../read-changes/sqlite-change-feed.ts';

describe('a backup', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  it('has everything that was written before, and readers of the original begin anew on it', async () => {
    const original = folder.open('original.db');
    const cars = new SqliteRepository<{ n: number }>(original, { collection: 'Cars' });
    for (let n = 0; n < 500; n++) await cars.put(`cars/${n}`, { n });
    await original.backup(folder.file('copy.db'));
    await cars.put('cars/late', { n: 0 });

    const copy = folder.open('copy.db');
    const again = new SqliteRepository<{ n: number }>(copy, { collection: 'Cars' });
    expect((await again.list()).total).toBe(500);
    expect(await again.get('cars/late')).toBeNull();
    const [first, second] = [new SqliteChangeFeed(original), new SqliteChangeFeed(copy)];
    const identity = await second.identify('r');
    expect(identity.databaseId).not.toBe((await first.identify('r')).databaseId);
    await again.delete('cars/1');
    const page = await second.read({ collection: 'Cars', from: 501, deletesAfter: 500, limit: 10 });
    expect(page.changes).toEqual([{ kind: 'delete', id: 'cars/1', etag: 501 }]);
    expect(await page.deletes).toBe('kept');
    await Promise.all([first.close(), second.close()]);
  });
});
