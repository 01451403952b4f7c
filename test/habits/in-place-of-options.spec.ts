import type { DynamicModule } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkBusModule } from '@nestjs-spark/bus';
import { SparkConsoleModule } from '@nestjs-spark/console';
import { Entity, InjectRepository, OnReplicated, Replicated, Shared, SparkModule } from '@nestjs-spark/core';
import { OnJobEvent, SparkJobsModule, TransformationJob } from '@nestjs-spark/jobs';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { ReplicatedEntity, SparkPeersModule } from '@nestjs-spark/peers';
import { SparkPipelinesModule } from '@nestjs-spark/pipelines';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { inAnEnvironment, refusal, store, untyped } from '../support/start-refusal.ts';

inAnEnvironment();

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
  ['Fleet', 'not a string'],
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
      expect(said.match(/the options: an object is expected, [\w ]+/g)).toEqual([
        `the options: an object is expected, ${what} `,
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
    expect(said.match(/the options: an object is expected, [\w ]+/g)).toEqual([
      `the options: an object is expected, ${what} `,
    ]);
  });

  it.each(ASYNC)('%s.forRootAsync() names what is wrong with its own argument', async (name) => {
    const said = (given: unknown) =>
      refusal(() => [...beside(name), DOORS[name]?.forRootAsync?.(untyped(given)) ?? untyped(null)]);
    expect(await said({ useFactroy: () => ({}) })).toMatch(
      /forRootAsync\(\): useFactroy: there is no such option; did you mean useFactory\?/,
    );
    expect(await said(null)).toMatch(/forRootAsync\(\): the options: an object is expected, not null/);
    expect(await said({})).toMatch(/forRootAsync\(\): it needs useFactory, useClass or useExisting/);
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
      /^Spark\w+\.forFeature\(\): item 1 of 1 in its list is undefined: .*import each other/,
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
        `the options of @${name}(): an object is expected, ${what} (options: `,
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
      'SparkStoreModule.forFeature(): the options: an object is expected, not null (options: indexes).',
    );
  });
});
