import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { KEY, storesPipelines } from '../fixtures/store.conformance.ts';
import { openEmbeddedStore } from './embedded-store.ts';
import { Letters } from './letters.ts';

const MANY = 100_000;

describe('embedded', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function makeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'spark-store-'));
    folders.push(folder);
    return folder;
  }

  storesPipelines(async () => openEmbeddedStore(makeFolder()));

  it('reads as many dead letters as are asked for, also at the end of 100,000', async () => {
    const folder = makeFolder();
    const store = openEmbeddedStore(folder);
    const letters = new Letters(store.letters, KEY);
    expect(await letters.count()).toBe(0);
    const database = new SqliteDatabase({ path: join(folder, 'pipelines.db') });
    await database.write(({ db }) =>
      db.exec(`INSERT INTO spark_state (_key, id, collection, value, version)
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})
        SELECT lower('sparkPipelines/letters/default/adults/' || n), 'sparkPipelines/letters/default/adults/' || n,
          'SparkPipelines', '{"letterId":"' || n || '"}', 1000 + n FROM numbers`),
    );
    await database.close();
    const parse = jest.spyOn(JSON, 'parse');
    try {
      const last = await letters.page(MANY - 3, 50);
      expect(last.letters.map(({ letterId }) => Number(letterId))).toEqual([MANY - 2, MANY - 1, MANY]);
      expect(last.total).toBe(MANY);
      expect(parse.mock.calls.length).toBeLessThanOrEqual(3);
      expect(await letters.count()).toBe(MANY);
      expect(parse.mock.calls.length).toBeLessThanOrEqual(4);
    } finally {
      parse.mockRestore();
    }
    await store.close();
  });
});
