import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkConsoleModule } from '@nestjs-spark/console';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import { SparkStoreModule } from '@nestjs-spark/store';
import { modulesFromEnvironment } from './environment.ts';
import { StartController } from './start.controller.ts';

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
  controllers: [StartController],
})
export class ConsoleModule {}
