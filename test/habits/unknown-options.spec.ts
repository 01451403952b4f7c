import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamicModule, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkBusModule } from '@nestjs-spark/bus';
import { SparkConsoleModule } from '@nestjs-spark/console';
import {
  Entity,
  InjectRepository,
  OnReplicated,
  Replicated,
  Shared,
  sparkConfig,
  SparkModule,
} from '@nestjs-spark/core';
import { OnJobEvent, SparkJobsModule, TransformationJob } from '@nestjs-spark/jobs';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { ReplicatedEntity, SparkPeersModule } from '@nestjs-spark/peers';
import { SparkPipelinesModule } from '@nestjs-spark/pipelines';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';

/** What an application without types can pass: TypeScript would refuse a literal. */
const untyped = (options: unknown): never => options as never;

let folder: string;
const before = { ...process.env };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-options-'));
  Object.assign(process.env, {
    PORT: '5001',
    SPARK_MODULE_NAME: 'Fleet',
    SPARK_DATA_DIR: folder,
    SPARK_KEYS_DIR: folder,
    SPARK_STORE: `sqlite:${join(folder, 'options.db')}`,
    NATS_URL: '',
  });
});
afterAll(async () => {
  process.env = { ...before };
  await rm(folder, { recursive: true, force: true });
});

/** The message with which an application that imports this does not start. */
async function refusal(load: () => DynamicModule[], providers: Type[] = []): Promise<string> {
  try {
    const module = await Test.createTestingModule({ imports: load(), providers }).compile();
    const app = module.createNestApplication({ logger: false });
    await app.init().finally(() => app.close());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'it starts';
}

const store = (): DynamicModule => SparkStoreModule.forRoot();

describe('An option that does not exist stops the start, and the one that was probably meant is named', () => {
  it.each<[string, () => DynamicModule[], string]>([
    ['SparkAuthModule', () => [SparkAuthModule.forRoot(untyped({ audienc: 'x' }))], 'audience'],
    ['SparkBusModule', () => [SparkBusModule.forRoot(untyped({ natsURL: 'x' }))], 'natsUrl'],
    [
      'SparkBusModule nats',
      () => [SparkBusModule.forRoot({ nats: untyped({ pasword: 'x' }) })],
      'nats.password',
    ],
    [
      'SparkConsoleModule',
      () => [store(), SparkConsoleModule.forRoot(untyped({ readonli: true }))],
      'readOnly',
    ],
    ['SparkJobsModule', () => [SparkJobsModule.forRoot(untyped({ concurency: 2 }))], 'concurrency'],
    [
      'SparkJobsModule kafka',
      () => [SparkJobsModule.forRoot({ kafka: untyped({ broker: [] }) })],
      'kafka.brokers',
    ],
    [
      'SparkJobsModule apacheSpark',
      () => [SparkJobsModule.forRoot({ apacheSpark: untyped({ masterURL2: '' }) })],
      'apacheSpark.masterUrl',
    ],
    ['ObservabilityModule', () => [ObservabilityModule.forRoot(untyped({ metric: false }))], 'metrics'],
    [
      'SparkPeersModule',
      () => [store(), SparkPeersModule.forRoot(untyped({ service: 's', nodeId: 'a', keepEvent: 5 }))],
      'keepEvents',
    ],
    ['SparkPipelinesModule', () => [SparkPipelinesModule.forRoot(untyped({ files2: 'x' }))], 'files'],
    [
      'SparkReplicationModule',
      () => [store(), SparkReplicationModule.forRoot(untyped({ moduleUri: 'x' }))],
      'moduleUrl',
    ],
    [
      'SparkReplicationModule, one of its routes',
      () => [store(), SparkReplicationModule.forRoot(untyped({ healt: false }))],
      'health',
    ],
    ['SparkStoreModule', () => [SparkStoreModule.forRoot(untyped({ stor: 'x' }))], 'store'],
    [
      'SparkStoreModule ravendb',
      () => [SparkStoreModule.forRoot({ ravendb: untyped({ url: [] }) })],
      'ravendb.urls',
    ],
    [
      'SparkStoreModule.forFeature()',
      () => [SparkStoreModule.forFeature([], untyped({ index: [] }))],
      'indexes',
    ],
    ['SparkModule', () => [SparkModule.forRoot(untyped({ createDatabas: true }))], 'createDatabase'],
    [
      'SparkModule with a factory',
      () => [SparkModule.forRootAsync({ useFactory: () => untyped({ modulName: 'x' }) })],
      'moduleName',
    ],
  ])('%s', async (_, load, meant) => {
    expect(await refusal(load)).toMatch(
      new RegExp(
        String.raw`: there is no such option; did you mean ${meant.replace('.', String.raw`\.`)}\? \(options: `,
      ),
    );
  });

  it('@Entity()', async () => {
    @Entity(untyped({ tabel: 'cars' }))
    class Car {}
    expect(await refusal(() => [store(), SparkStoreModule.forFeature([Car])])).toMatch(
      /Car\.tabel is not an option of @Entity\(\)\. Did you mean table\? Options: collection, table, /,
    );
  });

  it('@ReplicatedEntity()', async () => {
    @Entity()
    @ReplicatedEntity(untyped({ conflicts: 'last-write-wins' }))
    class Note {}
    const peers = SparkPeersModule.forRoot({ service: 's', nodeId: 'a' });
    expect(await refusal(() => [store(), SparkStoreModule.forFeature([Note]), peers])).toMatch(
      /^Note has @ReplicatedEntity\(\) with conflicts: there is no such option; did you mean conflict\?/,
    );
  });

  it('@TransformationJob() and @OnJobEvent()', async () => {
    @TransformationJob(untyped({ name: 'mail', version: 1, determinstic: true }))
    class Mail {
      run(): null {
        return null;
      }
    }
    class Listener {
      @OnJobEvent('Failed', untyped({ labels: 'mail' }))
      failed(): void {}
    }
    const jobs = () => [SparkJobsModule.forRoot()];
    expect(await refusal(jobs, [Mail])).toMatch(
      /^Mail has @TransformationJob\(\) with determinstic: there is no such option; did you mean deterministic\?/,
    );
    expect(await refusal(jobs, [Listener])).toMatch(
      /^Listener has @OnJobEvent\(\) with labels: there is no such option; did you mean label\?/,
    );
  });
});

/** Every Nest module that takes options. */
const DOORS: Record<
  string,
  { forRoot?(given: never): DynamicModule; forRootAsync?(given: never): DynamicModule }
> = {
  SparkAuthModule,
  SparkBusModule,
  SparkConsoleModule,
  SparkJobsModule,
  SparkModule,
  SparkPeersModule,
  SparkPipelinesModule,
  SparkReplicationModule,
  SparkStoreModule,
  ObservabilityModule,
};
const beside = (name: string): DynamicModule[] =>
  ['SparkStoreModule', 'SparkModule'].includes(name) ? [] : [store()];
const NO_OPTIONS: [unknown, string][] = [
  [null, 'not null'],
  ['Fleet', 'not a text'],
  [['Fleet'], 'not a list'],
  [42, 'not a number'],
];

describe('Anything but an object of options stops the start with one fault that says so', () => {
  it.each(Object.keys(DOORS).flatMap((name) => NO_OPTIONS.map(([given, what]) => ({ name, given, what }))))(
    '$name, given $given',
    async ({ name, given, what }) => {
      const said = await refusal(() => [
        ...beside(name),
        DOORS[name]?.forRoot?.(untyped(given)) ?? untyped(null),
      ]);
      expect(said.match(/the options: it has to be an object, [\w ]+/g)).toEqual([
        `the options: it has to be an object, ${what} `,
      ]);
      expect(said).not.toContain('there is no such option');
      if (name !== 'ObservabilityModule')
        expect(said).toContain(`The settings of ${name} cannot be used:\n  - the options: `);
    },
  );

  const ASYNC = Object.keys(DOORS).filter((name) => DOORS[name]?.forRootAsync);

  it('all but two take options from a factory', () => {
    expect(Object.keys(DOORS).filter((name) => !ASYNC.includes(name))).toEqual([
      'SparkPeersModule',
      'ObservabilityModule',
    ]);
  });

  it.each(
    ASYNC.flatMap((name) =>
      [...NO_OPTIONS, [undefined, 'but nothing was given or returned']].map(([returned, what]) => ({
        name,
        returned,
        what,
      })),
    ),
  )('$name, with a factory that returns $returned', async ({ name, returned, what }) => {
    const given = untyped({ useFactory: () => returned });
    const said = await refusal(() => [...beside(name), DOORS[name]?.forRootAsync?.(given) ?? untyped(null)]);
    expect(said.match(/the options: it has to be an object, [\w ]+/g)).toEqual([
      `the options: it has to be an object, ${what} `,
    ]);
  });

  it.each(ASYNC)('%s.forRootAsync() names what is wrong with its own argument', async (name) => {
    const said = (given: unknown) =>
      refusal(() => [...beside(name), DOORS[name]?.forRootAsync?.(untyped(given)) ?? untyped(null)]);
    expect(await said({ useFactroy: () => ({}) })).toMatch(
      /forRootAsync\(\): useFactroy: there is no such option; did you mean useFactory\?/,
    );
    expect(await said(null)).toMatch(/forRootAsync\(\): the options: it has to be an object, not null/);
    expect(await said({})).toMatch(/forRootAsync\(\): it needs one of useFactory, useClass and useExisting/);
  });

  it.each<[string, (classes: never, options?: never) => DynamicModule]>([
    ['SparkStoreModule', (...given) => SparkStoreModule.forFeature(...given)],
    ['SparkModule', (...given) => SparkModule.forFeature(...given)],
    ['SparkReplicationModule', (classes) => SparkReplicationModule.forFeature(classes)],
    ['SparkJobsModule', (classes) => SparkJobsModule.forFeature(classes)],
  ])('%s.forFeature() takes a list of classes', async (_, forFeature) => {
    for (const given of [null, undefined, 'Car', {}])
      expect(await refusal(() => [forFeature(untyped(given))])).toMatch(
        /^Spark\w+\.forFeature\(\): it has to be given a list of classes/,
      );
    expect(await refusal(() => [forFeature(untyped([undefined]))])).toMatch(
      /^Spark\w+\.forFeature\(\): item 1 of its list of 1 is undefined: .*import each other/,
    );
  });

  it.each<[string, (given: never) => unknown]>([
    ['Entity', (given) => Entity(given)],
    ['Replicated', (given) => Replicated(given)],
    ['Shared', (given) => Shared(given)],
    ['OnReplicated', (given) => OnReplicated(Object, given)],
    ['ReplicatedEntity', (given) => ReplicatedEntity(given)],
    ['TransformationJob', (given) => TransformationJob(given)],
    ['OnJobEvent', (given) => OnJobEvent('Failed', given)],
  ])('@%s() takes an object of options', (name, decorate) => {
    for (const [given, what] of NO_OPTIONS)
      expect(() => decorate(untyped(given))).toThrow(
        `the options of @${name}(): it has to be an object, ${what} (options: `,
      );
  });

  it('a class that does not exist yet is explained', () => {
    const fault =
      /^the class of (?:@OnReplicated\(\)|a repository) is undefined: .*two files import each other/;
    expect(() => OnReplicated(untyped(undefined))).toThrow(fault);
    expect(() => InjectRepository(untyped(undefined))).toThrow(fault);
  });

  it('SparkStoreModule.forFeature() takes an object of options', async () => {
    expect(await refusal(() => [SparkStoreModule.forFeature([], untyped(null))])).toBe(
      'SparkStoreModule.forFeature(): the options: it has to be an object, not null (options: indexes).',
    );
  });
});

it('Options that exist let the application start, also those of the routes', async () => {
  expect(
    await refusal(() => [SparkModule.forRoot({ moduleName: 'Fleet', health: 'healthz', metrics: false })]),
  ).toBe('it starts');
});

it('One object may hold the options of the store, the bus and replication, as sparkConfig does', async () => {
  expect(await refusal(() => [SparkModule.forRootAsync(sparkConfig.asProvider())])).toBe('it starts');
  expect(await refusal(() => [SparkAuthModule.forRootAsync(sparkConfig.asProvider())])).toBe('it starts');
  const asConsole = () => [store(), SparkConsoleModule.forRootAsync(sparkConfig.asProvider())];
  expect(await refusal(asConsole)).not.toContain('there is no such option');
  const options = { ...(await sparkConfig()), stor: 'x' };
  const given = { useFactory: () => untyped(options) };
  const said = await refusal(() => [
    SparkStoreModule.forRootAsync(given),
    SparkReplicationModule.forRootAsync(given),
  ]);
  expect(said.match(/\w+(?=: there is no such option)/g)).toEqual(['stor', 'stor']);
});
