import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import type { Repository } from '@nestjs-spark/contracts';
import { DeclarationError, Replicated, SparkReplicationModule } from '@nestjs-spark/replication';
import { repositoryToken, SparkStoreModule } from '@nestjs-spark/store';
import request from 'supertest';
import { Car } from './car.ts';
import { ReplicatedModule } from './replicated.module.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-hr-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const store = () => SparkStoreModule.forRoot({ store: `sqlite:${folder}/hr.db` });
const replication = () =>
  SparkReplicationModule.forRoot({
    moduleName: 'HR',
    moduleUrl: 'http://127.0.0.1:5002',
    keysDir: folder,
    natsUrl: 'nats://127.0.0.1:1',
  });

describe('HR with copies of cars, as the guide on testing has it', () => {
  it('is tested on copies that the test writes, without an owner and without a server', async () => {
    const module = await Test.createTestingModule({ imports: [store(), ReplicatedModule] }).compile();
    const app = await module.createNestApplication({ logger: false }).init();
    try {
      const cars = module.get<Repository<Car>>(repositoryToken(Car));
      await cars.put('cars/1-A', { licensePlate: '1-ABC-123', model: 'Golf', year: 2024 });
      const { body } = await request(app.getHttpServer()).get('/cars/cars/1-A').expect(200);
      expect(body).toMatchObject({ id: 'cars/1-A', model: 'Golf' });
    } finally {
      await app.close();
    }
  });

  it('is made with all of its declarations checked, without a server', async () => {
    const module = await Test.createTestingModule({
      imports: [store(), replication(), ReplicatedModule],
    }).compile();
    await module.close();
  });

  it('is not made when a declaration is wrong', async () => {
    @Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: 'loadToCars({' })
    class Broken {}
    const making = Test.createTestingModule({
      imports: [store(), replication(), SparkReplicationModule.forFeature([Broken])],
    }).compile();
    await expect(making).rejects.toThrow(DeclarationError);
  });
});
