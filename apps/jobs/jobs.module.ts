import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkBusModule } from '@nestjs-spark/bus';
import { JobsApiModule, jobsAuthOptions, SparkJobsModule } from '@nestjs-spark/jobs';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import { SlowCount } from './slow-count.job.ts';

// Without NATS it runs embedded: jobs are then in memory.
const bus = process.env['NATS_URL'] ? [SparkBusModule.forRoot({ name: 'Jobs' })] : [];

@Module({
  imports: [
    SparkProblemModule,
    ObservabilityModule.forRoot(),
    SparkAuthModule.forRootAsync({ useFactory: () => jobsAuthOptions() }),
    ...bus,
    SparkJobsModule.forRoot(),
    SparkJobsModule.forFeature([SlowCount]),
    JobsApiModule,
  ],
})
export class JobsModule {}
