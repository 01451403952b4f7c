import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { connectJetStream, type JetStreamServerOptions } from '@nestjs-spark/jetstream/transport';
import { logFor } from '@nestjs-spark/observability/internal';
import { SparkBus } from '../connect/spark-bus.ts';

/** Event options for every handler without its own. */
export type EventOptions = Pick<JetStreamServerOptions, 'retry' | 'concurrency'>;

/**
 * Connects the application's `@EventPattern` and `@MessagePattern` handlers to its bus. Call it
 * before `app.startAllMicroservices()`; `app.close()` disconnects them once the running handlers have finished.
 * @throws Nest's `UnknownElementException` when `SparkBusModule.forRoot()` is not imported
 */
export function connectEvents(app: INestApplication, options: EventOptions = {}): INestMicroservice {
  const { connection, name } = app.get(SparkBus, { strict: false });
  return connectJetStream(app, { ...options, connection, name, log: logFor('Events') });
}
