import { Module } from '@nestjs/common';
import { ModuleFacts } from '@nestjs-spark/observability/internal';
import { LiveJobs } from '../live/live-jobs.ts';
import { BackendsController } from '../report/backends.controller.ts';
import { BatchesController } from '../report/batches.controller.ts';
import { TestsController } from '../report/tests.controller.ts';
import { JobsController } from '../report/jobs.controller.ts';

/**
 * Jobs over HTTP, under `/api/jobs`, `/api/backends` and `/api/tests`. Needs `SparkJobsModule` and, to authenticate callers, `SparkAuthModule`.
 * Start an application on Express with `bodyParser: false`: otherwise the parser changes numbers that JavaScript cannot represent,
 * and limits the size of bodies.
 */
@Module({
  controllers: [BatchesController, JobsController, BackendsController, TestsController],
  providers: [LiveJobs],
})
export class JobsApiModule {
  constructor(facts: ModuleFacts) {
    facts.add(() => ({ systems: { jobs: '/api/jobs' } }));
  }
}
