import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Shared } from '../declare/shared.decorator.ts';
import type { EngineChoice } from '../settings/live-schema.ts';
import { SparkReplicationModule } from './spark-replication.module.ts';

@Shared({ with: ['HR'] })
class Car {}

describe("a module whose store is a file and whose engine is RavenDB's own ETL", () => {
  let directory: string;
  let app: INestApplication | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spark-engine-'));
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  async function create(classes: Type[], engine: EngineChoice): Promise<void> {
    class Root {
      readonly name = 'Fleet';
    }
    const replication = SparkReplicationModule.forRoot({
      moduleName: 'Fleet',
      moduleUrl: 'http://127.0.0.1:1',
      natsUrl: 'nats://127.0.0.1:9',
      keysDir: directory,
      engine,
    });
    Module({
      imports: [
        SparkStoreModule.forRoot({ store: `sqlite:${join(directory, 'fleet.db')}` }),
        replication,
        SparkReplicationModule.forFeature(classes),
      ],
    })(Root);
    app = await NestFactory.create(Root, { abortOnError: false, logger: false });
  }

  it('does not start when it shares anything, and says which settings contradict each other', async () => {
    await expect(create([Car], 'etl')).rejects.toThrow(
      /SPARK_REPLICATION_ENGINE\) is etl.*the store \(SPARK_STORE\) is sqlite.*to auto or stream/,
    );
  });

  it('starts when nobody takes anything from it, and with any other engine', async () => {
    await create([], 'etl');
    await app?.close();
    await create([Car], 'auto');
  });
});
