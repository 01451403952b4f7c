import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { connectJetStream, type JetStreamServerOptions } from '@nestjs-spark/jetstream/transport';
import { logFor } from '@nestjs-spark/observability/internal';
import { SparkBus } from '../connect/spark-bus.ts';

/** How events are handled, for every handler that does not say otherwise. */
export type EventOptions = Pick<JetStreamServerOptions, 'retry' | 'concurrency'>;

/**
 * Lets the application's `@EventPattern` and `@MessagePattern` handlers hear of events and requests over its bus. Call it
 * before `app.startAllMicroservices()`; `app.close()` ends it when the running handlers are through.
 * @throws Nest's `UnknownElementException` when `SparkBusModule.forRoot()` is not imported
 */
export function connectEvents(app: INestApplication, options: EventOptions = {}): INestMicroservice {
  const { connection, name } = app.get(SparkBus, { strict: false });
  return connectJetStream(app, { ...options, connection, name, log: logFor('Events') });
}
