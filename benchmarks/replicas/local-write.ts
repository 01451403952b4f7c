import { join } from 'node:path';
import { enablePeers, SqliteDatabase, SqliteRepository } from '@nestjs-spark/sqlite/internal';
import { plainInserts, pragmasOf, type Sync } from '../peers/plain-inserts.ts';
import { median, quantile } from '../support/machine.ts';
import { car } from '../support/raven.ts';

const DECLARATION = { collection: 'Cars' };

interface Took {
  p50: number;
  p99: number;
}

export interface LocalWrite {
  /** A prepared insert in SQLite. */
  insert: Took;
  /** Through the repository, into a collection without replicas. */
  alone: Took;
  replicated: Took;
}

/** Single writes to the same file in three alternating ways. In milliseconds. */
export async function measureLocalWrites(folder: string, writes: number, sync: Sync): Promise<LocalWrite> {
  const path = join(folder, `write-${sync}.db`);
  const database = new SqliteDatabase({ path });
  const setup = { origin: 'bench', tag: 'A', node: 'bench', clockShiftMs: 0, declarations: [DECLARATION] };
  await database.write((open) => enablePeers(open, setup));
  const cars = new SqliteRepository<ReturnType<typeof car>>(database, DECLARATION);
  const others = new SqliteRepository<ReturnType<typeof car>>(database, { collection: 'Others' });
  const { db } = await database.read((open) => open);
  db.exec(pragmasOf(sync));
  const plain = plainInserts(path, sync);
  const took = { insert: [] as number[], alone: [] as number[], replicated: [] as number[] };
  for (let n = 0; n < writes; n++) {
    const document = car(n);
    let begunAt = performance.now();
    plain.insert(`cars/${n}`, JSON.stringify(document));
    took.insert.push(performance.now() - begunAt);
    begunAt = performance.now();
    await others.put(`others/${n}`, document);
    took.alone.push(performance.now() - begunAt);
    begunAt = performance.now();
    await cars.put(`cars/${n}`, document);
    took.replicated.push(performance.now() - begunAt);
  }
  plain.close();
  await database.close();
  const figures = (all: number[]): Took => ({ p50: median(all), p99: quantile(all, 0.99) });
  return { insert: figures(took.insert), alone: figures(took.alone), replicated: figures(took.replicated) };
}
