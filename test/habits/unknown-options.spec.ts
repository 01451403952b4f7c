import { describe, expect, it } from '@jest/globals';
import type { DynamicModule } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkBusModule } from '@nestjs-spark/bus';
import { SparkConsoleModule } from '@nestjs-spark/console';
import { Entity, sparkConfig, SparkModule } from '@nestjs-spark/core';
import { OnJobEvent, SparkJobsModule, TransformationJob } from '@nestjs-spark/jobs';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { ReplicatedEntity, SparkPeersModule } from '@nestjs-spark/peers';
import { SparkPipelinesModule } from '@nestjs-spark/pipelines';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { inAnEnvironment, refusal, store, untyped } from '../support/start-refusal.ts';

inAnEnvironment();

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
