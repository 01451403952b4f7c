import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { countRecords } from '@nestjs-spark/sqlite/internal';
import { ReplicaFile } from '../../testing/replica-file.ts';
import { RecordCounts } from './record-counts.ts';

describe('how many records a collection has', () => {
  it('is counted again only after twenty times what counting took', async () => {
    let [now, counted] = [0, 0];
    const counts = new RecordCounts(
      async () => {
        now += 10;
        return ++counted;
      },
      () => now,
    );
    const count = async () => (await counts.of(['Notes'])).get('Notes');
    expect(await count()).toBe(1);
    now += 199;
    expect(await count()).toBe(1);
    now += 1;
    expect(await count()).toBe(2);
  });

  it('is counted once for all who ask meanwhile, and again after a failure', async () => {
    let asked = 0;
    const counts = new RecordCounts(async () => {
      if (asked++ === 0) throw new Error('locked');
      return 7;
    });
    const both = [counts.of(['Notes']), counts.of(['Notes'])];
    for (const one of both) await expect(one).rejects.toThrow('locked');
    expect(await counts.of(['Notes'])).toEqual(new Map([['Notes', 7]]));
    expect(asked).toBe(2);
  });

  it('counts deleted ones, each once, however many steps it takes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-counts-'));
    const file = await new ReplicaFile(folder, 'a', null).begin();
    try {
      const ids = JSON.stringify(Array.from({ length: 20_005 }, (_, n) => `n${n}`));
      await file.notes.put('N1', { title: 'the first' });
      await file.database.write((open) => {
        open
          .prepare("INSERT OR REPLACE INTO Notes (id, _document) SELECT value, '{}' FROM json_each(?)")
          .run(ids);
        open.prepare("DELETE FROM Notes WHERE id IN ('n7', 'n20000')").run();
      });
      expect(await file.notes.count()).toBe(20_003);
      expect(await countRecords(file.database, 'Notes')).toBe(20_005);
      expect(await countRecords(file.database, 'Nothing')).toBe(0);
    } finally {
      await file.database.close();
      rmSync(folder, { recursive: true });
    }
  });
});
