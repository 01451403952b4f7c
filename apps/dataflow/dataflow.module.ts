import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkBusModule } from '@nestjs-spark/bus';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import { PipelinesApiModule, pipelinesAuthOptions, SparkPipelinesModule } from '@nestjs-spark/pipelines';

// Without NATS it runs embedded: pipelines are then in a file of this process.
const bus = process.env['NATS_URL'] ? [SparkBusModule.forRoot({ name: 'Dataflow' })] : [];

@Module({
  imports: [
    SparkProblemModule,
    ObservabilityModule.forRoot(),
    SparkAuthModule.forRootAsync({ useFactory: () => pipelinesAuthOptions() }),
    ...bus,
    SparkPipelinesModule.forRoot(),
    PipelinesApiModule,
  ],
})
export class DataflowModule {}
