import { appendFileSync } from 'node:fs';
import { Controller, Get, Inject, Module, Query, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkProblemModule } from '@nestjs-spark/observability';
import {
  OnReplicated,
  Replicated,
  ReplicationStatus,
  Shared,
  SparkReplicationModule,
  type Arrival,
} from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { launch } from '../../../apps/shared/launch.ts';
import type { ModuleDescription } from './description.ts';

// Decorators are plain functions: written as calls, they need no compiler and can take what a test says.
const {
  replicated = [],
  shared = [],
  heard,
} = JSON.parse(process.env['SPARK_TEST_MODULE'] ?? '{}') as ModuleDescription;

const copies = replicated.map((options, at) => decorate(`Copy${at}`, Replicated(options)));
const owned = shared.map((options, at) => decorate(`Own${at}`, Shared(options)));

class Listener {
  hear({ kind, id, source, document }: Arrival<{ model?: string }>): void {
    if (document?.model === 'unbearable') throw new Error('an unbearable model');
    if (heard) appendFileSync(heard, `${JSON.stringify({ kind, id, etag: source.etag, document })}\n`);
  }
}
const hear = Object.getOwnPropertyDescriptor(Listener.prototype, 'hear');
if (hear && copies[0]) OnReplicated<object>(copies[0])(Listener.prototype, 'hear', hear);

class Arrivals {
  readonly status: ReplicationStatus;

  constructor(status: ReplicationStatus) {
    this.status = status;
  }

  arrived(change: string, timeoutMs: string) {
    const query = { owner: 'Fleet', collection: 'Cars', change };
    return this.status.whenArrived(query, { timeoutMs: Number(timeoutMs) });
  }
}
const arrived = Object.getOwnPropertyDescriptor(Arrivals.prototype, 'arrived');
if (arrived) Get('arrived')(Arrivals.prototype, 'arrived', arrived);
Query('change')(Arrivals.prototype, 'arrived', 0);
Query('timeoutMs')(Arrivals.prototype, 'arrived', 1);
Controller()(Arrivals);
Inject(ReplicationStatus)(Arrivals, undefined, 0);

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
  controllers: copies.length > 0 ? [Arrivals] : [],
  providers: heard ? [Listener] : [],
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
