import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { type MicroserviceOptions, NestMicroservice } from '@nestjs/microservices';
import { JetStreamErrorFilter } from './jetstream-error.filter.ts';
import { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.ts';

/**
 * Adds the transport to an application, with the filter that preserves real error texts for dead letters. Afterwards
 * `app.startAllMicroservices()` starts it, and `app.close()` ends it once the running handlers are done.
 */
export function connectJetStream(app: INestApplication, options: JetStreamServerOptions): INestMicroservice {
  const strategy = new JetStreamServer(options);
  // Handlers are bound to the filters known at that time, so binding waits until the filter is registered.
  const service = app.connectMicroservice<MicroserviceOptions>({ strategy }, { deferInitialization: true });
  // The application runs the lifecycle hooks; a deferred microservice would run them again.
  if (service instanceof NestMicroservice) service.setIsInitHookCalled(true);
  return service.useGlobalFilters(new JetStreamErrorFilter());
}
