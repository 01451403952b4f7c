import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { enablePeers, SqliteDatabase, SqliteRepository } from '@nestjs-spark/sqlite/internal';
import { median, quantile } from '../support/machine.ts';
import { car } from '../support/raven.ts';

const DECLARATION = { collection: 'Cars' };

/** How a commit reaches the disk: SQLite's `PRAGMA synchronous`. */
export type Sync = 'FULL' | 'NORMAL';

interface Took {
  p50: number;
  p99: number;
}

export interface LocalWrite {
  /** A prepared insert of SQLite. */
  insert: Took;
  /** By the repository, into a collection that has no replicas. */
  alone: Took;
  replicated: Took;
}

/** Single writes to the same file in three ways, in turn. In milliseconds. */
export async function measureLocalWrites(folder: string, writes: number, sync: Sync): Promise<LocalWrite> {
  const path = join(folder, `write-${sync}.db`);
  const database = new SqliteDatabase({ path });
  const setup = { origin: 'bench', tag: 'A', node: 'bench', clockShiftMs: 0, declarations: [DECLARATION] };
  await database.write((open) => enablePeers(open, setup));
  const cars = new SqliteRepository<ReturnType<typeof car>>(database, DECLARATION);
  const others = new SqliteRepository<ReturnType<typeof car>>(database, { collection: 'Others' });
  const { db } = await database.read((open) => open);
  const plainDb = new DatabaseSync(path);
  for (const one of [db, plainDb]) one.exec(`PRAGMA synchronous = ${sync}; PRAGMA wal_autocheckpoint = 1000`);
  plainDb.exec('CREATE TABLE plain (id TEXT PRIMARY KEY, document TEXT NOT NULL)');
  const insert = plainDb.prepare('INSERT INTO plain VALUES (?, ?)');
  const took = { insert: [] as number[], alone: [] as number[], replicated: [] as number[] };
  for (let n = 0; n < writes; n++) {
    const document = car(n);
    let begunAt = performance.now();
    insert.run(`cars/${n}`, JSON.stringify(document));
    took.insert.push(performance.now() - begunAt);
    begunAt = performance.now();
    await others.put(`others/${n}`, document);
    took.alone.push(performance.now() - begunAt);
    begunAt = performance.now();
    await cars.put(`cars/${n}`, document);
    took.replicated.push(performance.now() - begunAt);
  }
  plainDb.close();
  await database.close();
  const figures = (all: number[]): Took => ({ p50: median(all), p99: quantile(all, 0.99) });
  const { insert: inserts, alone, replicated } = took;
  return { insert: figures(inserts), alone: figures(alone), replicated: figures(replicated) };
}
