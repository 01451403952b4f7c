import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { JobsApiModule, jobsAuthOptions, SparkJobsModule } from '@nestjs-spark/jobs';
import { ObservabilityModule, SparkProblemModule } from '@nestjs-spark/observability';
import { SlowCount } from './slow-count.job.ts';

@Module({
  imports: [
    SparkProblemModule,
    ObservabilityModule.forRoot(),
    SparkAuthModule.forRootAsync({ useFactory: () => jobsAuthOptions() }),
    SparkJobsModule.forRoot(),
    SparkJobsModule.forFeature([SlowCount]),
    JobsApiModule,
  ],
})
export class JobsModule {}
