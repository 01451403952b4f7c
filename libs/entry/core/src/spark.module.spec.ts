import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import {
  Entity,
  InjectRepository,
  Replicated,
  ReplicationStatus,
  Repository,
  SparkModule,
  type SparkOptions,
} from './index.ts';

@Entity()
@Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', fields: ['model'] })
class Car {
  model!: string;
}

@Injectable()
class Garage {
  readonly cars: Repository<Car>;

  constructor(@InjectRepository(Car) cars: Repository<Car>) {
    this.cars = cars;
  }
}

@Module({ imports: [SparkModule.forFeature([Car])], providers: [Garage] })
class GarageModule {}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-core-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = (): SparkOptions => ({
  moduleName: 'HR',
  moduleUrl: 'http://127.0.0.1:5002',
  keysDir: folder,
  natsUrl: 'nats://127.0.0.1:1',
  store: `sqlite:${folder}/hr.db`,
});

async function start(root: DynamicModule) {
  const module = await Test.createTestingModule({ imports: [root, GarageModule] }).compile();
  return module.createNestApplication({ logger: false }).init();
}

describe('One import', () => {
  it('names the database on RavenDB after the module, which only its options name', async () => {
    const { store: _, ...others } = options();
    const app = await start(SparkModule.forRoot({ ...others, ravendb: { urls: ['http://127.0.0.1:1'] } }));
    try {
      expect(app.get<StoreInfo>(STORE_INFO)).toMatchObject({ kind: 'ravendb', databaseName: 'SparkHR' });
    } finally {
      await app.close();
    }
  });

  it('gives the repository of a class and makes what it declares known, without a server', async () => {
    const app = await start(SparkModule.forRoot(options()));
    try {
      const { cars } = app.get(Garage);
      await cars.put('cars/1-A', { model: 'Golf' });
      expect(await cars.get('cars/1-A')).toMatchObject({ id: 'cars/1-A', model: 'Golf' });
      const declared = app.get(ReplicationStatus).tasks();
      expect(declared).toMatchObject([{ owner: 'Fleet', collection: 'Cars', complete: false }]);
    } finally {
      await app.close();
    }
  });

  it('asks a factory for the options once, for the store and for replication', async () => {
    let asked = 0;
    const useFactory = () => {
      asked += 1;
      return options();
    };
    const app = await start(SparkModule.forRootAsync({ useFactory }));
    try {
      expect(asked).toBe(1);
      expect(app.get(ReplicationStatus).tasks()).toHaveLength(1);
    } finally {
      await app.close();
    }
  });
});
