import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { withSparkRoutes } from '@nestjs-spark/observability/open-api';

/** How an app presents itself to its users. */
export interface ApiTitle {
  /** The module's name, as in the registry. */
  name: string;
  description: string;
}

/** Handles a request, or passes it on. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>;

/** Describes a running app in OpenAPI, and returns what serves the description. */
export function describeApi(app: INestApplication, { name, description }: ApiTitle): Handle {
  const config = new DocumentBuilder()
    .setTitle(name)
    .setDescription(description)
    .setVersion('1.0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  // A running app's routes end with what answers 404, so routes added later are not reached: these get an adapter of their own.
  const adapter = new ExpressAdapter();
  const beside = Object.create(app, {
    getHttpAdapter: { value: () => adapter },
    useStaticAssets: { value: adapter.useStaticAssets.bind(adapter) },
  }) as INestApplication;
  SwaggerModule.setup('api', beside, () => withSparkRoutes(() => SwaggerModule.createDocument(app, config)));
  return adapter.getInstance<Handle>();
}
