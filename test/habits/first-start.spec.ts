import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService, type ConfigType } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { sparkConfig, SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { SparkHealthIndicator } from '@nestjs-spark/observability';
import { freePort } from '@nestjs-spark/servers/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { addressDetail, closeAll, closeLater, create, listen, orders } from './support/orders.ts';

const MINE = /^(?:SPARK_(?!TEST_)|RAVENDB_|NATS_URL$|PORT$)/;
let before: NodeJS.ProcessEnv;

beforeEach(() => {
  before = { ...process.env };
  for (const name of Object.keys(process.env)) if (MINE.test(name)) delete process.env[name];
});
afterEach(async () => {
  await closeAll();
  process.env = before;
});

describe('a first start', () => {
  it('says all settings that are missing at once, by sparkConfig', () => {
    expect(() => sparkConfig()).toThrow(/SPARK_MODULE_NAME[^]*RAVENDB_URLS/);
  });

  it('says all that the store misses at once, without it', async () => {
    @Module({ imports: [SparkStoreModule.forRoot()] })
    class Root {}
    await expect(
      NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false }),
    ).rejects.toThrow(/RAVENDB_URLS[^]*SPARK_MODULE_NAME/);
  });

  it("takes Nest's configuration as it is usually made", async () => {
    const { directory } = await orders();
    Object.assign(process.env, {
      SPARK_MODULE_NAME: 'Orders',
      SPARK_STORE: `sqlite:${directory}/orders.db`,
      SPARK_KEYS_DIR: directory,
      SPARK_RETRY_SECONDS: '1,2',
      NATS_URL: 'nats://127.0.0.1:9',
    });
    @Module({
      imports: [
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [sparkConfig] }),
        SparkStoreModule.forRootAsync(sparkConfig.asProvider()),
        SparkReplicationModule.forRootAsync(sparkConfig.asProvider()),
      ],
    })
    class Root {}
    const app = await create('express', { root: Root, directory });
    const config: ConfigType<typeof sparkConfig> = app.get(sparkConfig.KEY);
    expect(config).toMatchObject({ moduleName: 'Orders', retrySeconds: [1, 2] });
    expect(app.get(ConfigService).get('spark.moduleName')).toBe('Orders');
    const url = await listen(app);
    await eventually(async () => expect(await addressDetail(url)).toBe(`${url} is this module`));
  });

  it('in production asks for the address that others reach', async () => {
    const { root } = await orders({}, { production: true });
    await expect(NestFactory.create(root, { logger: false, abortOnError: false })).rejects.toThrow(
      /moduleUrl is missing.*SPARK_MODULE_URL/,
    );
  });

  it.each([
    ['a wrong port', 'unused', /cannot be reached from here \(ECONNREFUSED\)/],
    ['a path that is not there', '/elsewhere', /nothing is there \(404\)/],
  ])('names %s in the health detail', async (_, moduleUrl, words) => {
    const app = await create('express', await orders());
    const other = await listen(app);
    const given = moduleUrl.startsWith('/') ? `${other}${moduleUrl}` : `http://127.0.0.1:${await freePort()}`;
    const url = await listen(await create('express', await orders({}, { moduleUrl: given })));
    await eventually(async () => expect(await addressDetail(url)).toMatch(words));
  });
});

describe('a parser in front of Nest', () => {
  it('leaves enough of a body that the token of its sender is believed', async () => {
    const { root } = await orders();
    const adapter = new ExpressAdapter(express().use(express.json()));
    const app = await NestFactory.create(root, adapter, { logger: false, abortOnError: false });
    closeLater(app);
    const url = await listen(app);
    await eventually(async () => expect(await addressDetail(url)).toBe(`${url} is this module`));
  });
});

describe('an application without HTTP', () => {
  beforeEach(() => void (process.env['SPARK_ALLOW_OPEN_NATS'] = '1'));
  afterEach(() => void delete process.env['SPARK_ALLOW_OPEN_NATS']);

  it('starts, says once what it lacks, and stops', async () => {
    const lines: string[] = [];
    const logger = { log: () => {}, error: () => {}, warn: (line: string) => void lines.push(line) };
    const { root } = await orders({}, { production: false });
    const app = await NestFactory.createApplicationContext(root, { logger, abortOnError: false });
    closeLater(app);
    expect(lines.filter((line) => line.includes('has no HTTP'))).toHaveLength(1);
  });

  it('may be a microservice, in production and without an address, too', async () => {
    const { root, directory } = await orders();
    await (await NestFactory.createApplicationContext(root, { logger: false })).close();
    const { root: again } = await orders({}, { production: true, keysDir: directory });
    const options = { port: await freePort(), host: '127.0.0.1' };
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(again, {
      transport: Transport.TCP,
      options,
      logger: false,
      abortOnError: false,
    });
    closeLater(app);
    await app.listen();
    expect(await app.get(SparkHealthIndicator).isReady()).toMatchObject({
      spark: { nats: { ready: false } },
    });
  });
});
