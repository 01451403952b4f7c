import { afterAll, describe, expect, it } from '@jest/globals';
import { VersionConflictError } from '@nestjs-spark/contracts';
import { SqliteRepository } from '../entities/sqlite-repository.ts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { enablePeers } from '../peers/enable-peers.ts';

interface Car {
  brand: string;
}

describe('Documents that are written in the same turn', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  it('are written in one transaction, and each has its own outcome', async () => {
    const database = folder.open('grouped.db');
    const cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
    await cars.put('cars/1', { brand: 'A' });
    let written = 0;
    database.onWritten(() => written++);
    const outcomes = await Promise.allSettled([
      cars.put('cars/2', { brand: 'B' }),
      cars.put('cars/1', { brand: 'C' }, { version: 'another' }),
      cars.patch('cars/2', { brand: 'D' }),
      cars.create({ brand: 'E' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(VersionConflictError) });
    expect(written).toBe(1);
    expect(await cars.get('cars/1')).toMatchObject({ brand: 'A' });
    expect(await cars.get('cars/2')).toMatchObject({ brand: 'D' });
  });

  it('share only a transaction of limited size, so that very many of them do not keep the process from everything else', async () => {
    const database = folder.open('many.db');
    const cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
    const ids = Array.from({ length: 1_200 }, (_, at) => `cars/${at}`);
    let written = 0;
    database.onWritten(() => written++);
    const puts = await Promise.all(ids.map((id) => cars.put(id, { brand: id })));
    expect(written).toBe(3);
    expect(puts.map(({ brand }) => brand)).toEqual(ids);
    expect(await cars.count()).toBe(ids.length);
  });

  it('are each a transaction of its own to other replicas', async () => {
    const database = folder.open('replica.db');
    const setup = { origin: 'a', tag: 'A', node: 'a', clockShiftMs: 0 };
    await database.write((open) => enablePeers(open, { ...setup, declarations: [{ collection: 'Cars' }] }));
    const cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
    await Promise.all(['cars/1', 'cars/2', 'cars/3'].map((id) => cars.put(id, { brand: id })));
    const events = await database.read((open) => open.rows('SELECT number, tx FROM spark_peer_events'));
    expect(events).toEqual([1, 2, 3].map((number) => ({ number, tx: number })));
  });
});
