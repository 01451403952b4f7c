import { DatabaseSync } from 'node:sqlite';
import { SqliteDatabase, tableOf } from '@nestjs-spark/sqlite/internal';
import { car } from '../support/raven.ts';

/**
 * Single writes, each in its own transaction on the same file, alternately plain and with an event row, so that the machine's
 * other load affects both.
 */
export async function writeLatencies(
  path: string,
  writes: number,
): Promise<{ plain: number[]; events: number[] }> {
  const database = new SqliteDatabase({ path });
  await database.write((open) => tableOf(open, 'Cars'));
  const plainDb = new DatabaseSync(path);
  plainDb.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000');
  plainDb.exec('CREATE TABLE plain (id TEXT PRIMARY KEY, document TEXT NOT NULL)');
  const insert = plainDb.prepare('INSERT INTO plain VALUES (?, ?)');
  const plain: number[] = [];
  const events: number[] = [];
  for (let n = 0; n < writes; n++) {
    const id = `cars/${n}`;
    const text = JSON.stringify(car(n));
    let begun = performance.now();
    insert.run(id, text);
    plain.push(performance.now() - begun);
    begun = performance.now();
    await database.write((open) => tableOf(open, 'Cars').put(id, text, null, Date.now()));
    events.push(performance.now() - begun);
  }
  plainDb.close();
  await database.close();
  return { plain, events };
}
