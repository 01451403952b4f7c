import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { StoreRefusedError, VERSION, VersionConflictError, type Repository } from '@nestjs-spark/contracts';
import { RavenHttp } from '@nestjs-spark/ravendb/internal';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import {
  Entity,
  InjectRepository,
  SparkStoreModule,
  SparkTransactions,
  StoreBackup,
  StorePreparation,
  type SparkStoreOptions,
} from './index.ts';

@Entity({ indexes: ['brand'] })
class Car {
  licensePlate!: string;
  brand?: string | null;
  year!: number;
}

@Entity()
class CarBrand {
  name!: string;
}

/** The example of docs/guides/documents.md. */
@Injectable()
class Garage {
  private readonly cars: Repository<Car>;
  private readonly brands: Repository<CarBrand>;
  private readonly transactions: SparkTransactions;

  constructor(
    @InjectRepository(Car) cars: Repository<Car>,
    @InjectRepository(CarBrand) brands: Repository<CarBrand>,
    transactions: SparkTransactions,
  ) {
    this.cars = cars;
    this.brands = brands;
    this.transactions = transactions;
  }

  async ofTheNineties(brands: string[]): Promise<string[]> {
    const { items } = await this.cars.list({
      where: { brand: { in: brands }, year: { gte: 1990, lt: 2000 }, licensePlate: { startsWith: '1-' } },
      orderBy: 'year',
    });
    return items.map(({ licensePlate }) => licensePlate);
  }

  /** Makes a brand and gives it to a car: both or neither. */
  async rebrand(carId: string, name: string): Promise<string> {
    const car = await this.cars.get(carId);
    if (!car) throw new Error(`There is no car ${carId}`);
    return this.transactions.run(async (tx) => {
      const brand = await tx.of(CarBrand).create({ name });
      tx.of(Car).put(carId, { ...car, brand }, { version: car[VERSION] });
      return brand;
    });
  }

  async brandOf(carId: string): Promise<string | undefined> {
    const brand = (await this.cars.get(carId))?.brand;
    return brand ? (await this.brands.get(brand))?.name : undefined;
  }
}

@Module({
  imports: [SparkStoreModule.forFeature([Car, CarBrand])],
  providers: [Garage],
})
class GarageModule {}

async function appOn(options: SparkStoreOptions) {
  const app = await Test.createTestingModule({
    imports: [SparkStoreModule.forRoot(options), GarageModule],
  }).compile();
  await app.init();
  await eventually(() => expect(app.get(StorePreparation).readiness().reason).toBeNull());
  return app;
}

function examples(options: () => Promise<SparkStoreOptions>): void {
  it('are found by their fields, and changed together or not at all', async () => {
    const app = await appOn(await options());
    const garage = app.get(Garage);
    const transactions = app.get(SparkTransactions);
    const ids = await transactions.run((tx) =>
      Promise.all([
        tx.of(Car).create({ licensePlate: '1-A', year: 1999, brand: 'brands/1' }),
        tx.of(Car).create({ licensePlate: '1-B', year: 1990, brand: 'brands/2' }),
        tx.of(Car).create({ licensePlate: '2-C', year: 1995, brand: 'brands/1' }),
      ]),
    );
    await eventually(async () =>
      expect(await garage.ofTheNineties(['brands/1', 'brands/2'])).toEqual(['1-B', '1-A']),
    );

    await garage.rebrand(ids[0], 'Opel');
    expect(await garage.brandOf(ids[0])).toBe('Opel');
    const results = await Promise.allSettled([garage.rebrand(ids[1], 'Audi'), garage.rebrand(ids[1], 'BMW')]);
    const failures = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failures) expect(reason).toBeInstanceOf(VersionConflictError);
    expect(failures.length).toBeLessThan(2);
    await app.close();
  });
}

describe('Documents on SQLite', () => {
  const folder = mkdtemp(join(tmpdir(), 'spark-documents-'));
  afterAll(async () => rm(await folder, { recursive: true }));

  it('are there again when a backup takes the place of the file', async () => {
    const path = join(await folder, 'garage.db');
    const copy = join(await folder, 'backups', 'garage.db');
    const before = await appOn({ store: `sqlite:${path}` });
    const brand = await before.get(SparkTransactions).run((tx) => tx.of(CarBrand).create({ name: 'Opel' }));
    await before
      .get(SparkTransactions)
      .run((tx) => tx.of(Car).put('cars/1-A', { licensePlate: '1', year: 1, brand }));
    expect(before.get(StoreBackup).isPossible).toBe(true);
    await before.get(StoreBackup).to(copy);
    await before.get(SparkTransactions).run((tx) => tx.of(Car).delete('cars/1-A'));
    await before.close();

    await rm(path);
    await rename(copy, path);
    const after = await appOn({ store: `sqlite:${path}` });
    expect(await after.get(Garage).brandOf('cars/1-A')).toBe('Opel');
    await after.close();
  });

  examples(async () => ({ store: `sqlite:${join(await folder, 'example.db')}` }));
});

describeWithServers(['ravendb'], 'Documents on RavenDB', () => {
  const database = `documents-${randomUUID().slice(0, 8)}`;
  const options = async (): Promise<SparkStoreOptions> => ({
    store: 'ravendb',
    ravendb: { urls: [testServers().ravendbUrl], database },
    registry: { database: `${database}-modules` },
  });
  afterAll(async () => {
    const http = new RavenHttp({ urls: [testServers().ravendbUrl], database });
    const DatabaseNames = [database, `${database}-modules`];
    await http.sendJson('DELETE', '/admin/databases', { DatabaseNames, HardDelete: true });
    await http.close();
  });

  examples(options);

  it('are backed up by RavenDB, as the refusal says', async () => {
    const app = await appOn(await options());
    const backup = app.get(StoreBackup);
    expect(backup.isPossible).toBe(false);
    await expect(backup.to('x.db')).rejects.toThrow(StoreRefusedError);
    await expect(backup.to('x.db')).rejects.toThrow(/RavenDB makes its own backups/);
    await app.close();
  });
});
