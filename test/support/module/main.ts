import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkProblemModule } from '@nestjs-spark/observability';
import { Replicated, Shared, SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { launch } from '../../../apps/shared/launch.ts';
import type { ModuleDescription } from './description.ts';

// Decorators are plain functions: written as calls, they need no compiler and can take what a test says.
const { replicated = [], shared = [] } = JSON.parse(
  process.env['SPARK_TEST_MODULE'] ?? '{}',
) as ModuleDescription;

const copies = replicated.map((options, at) => decorate(`Copy${at}`, Replicated(options)));
const owned = shared.map((options, at) => decorate(`Own${at}`, Shared(options)));

class Root {
  readonly description = 'a module of the tests';
}
Module({
  imports: [
    SparkProblemModule,
    SparkStoreModule.forRoot(),
    SparkReplicationModule.forRoot(),
    SparkReplicationModule.forFeature([...copies, ...owned]),
  ],
})(Root);

await launch(async () => {
  const app = await NestFactory.create(Root, { abortOnError: false });
  app.enableShutdownHooks();
  await app.listen(Number(process.env['PORT']));
}, {});

function decorate(name: string, ...decorators: ClassDecorator[]): Type {
  const made = class {
    readonly document = name;
  };
  Object.defineProperty(made, 'name', { value: name });
  for (const apply of decorators) apply(made);
  return made;
}
