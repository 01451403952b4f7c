import type { ServerResponse } from 'node:http';
import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkConsoleModule } from '@nestjs-spark/console';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import { SparkStoreModule } from '@nestjs-spark/store';
import { modulesFromEnvironment } from './environment.ts';

// People sign in with the operator token and, if an issuer is configured, with its tokens too.
const auth = process.env['SPARK_API_ISSUER'] ? [SparkAuthModule.forRoot()] : [];

@Module({
  imports: [
    SparkProblemModule,
    ObservabilityModule.forRoot(),
    SparkStoreModule.forRoot(),
    ...auth,
    SparkConsoleModule.forRoot({
      modules: modulesFromEnvironment(process.env),
      readOnly: process.env['SPARK_CONSOLE_READ_ONLY'] === '1',
    }),
  ],
})
export class ConsoleModule implements NestModule {
  /** Redirects the root address to the console. As middleware, it is not a route of the API that `/api` describes. */
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((_request: unknown, response: ServerResponse) => {
        response.writeHead(302, { Location: '/spark/console' }).end();
      })
      .forRoutes({ path: '/', method: RequestMethod.GET });
  }
}
