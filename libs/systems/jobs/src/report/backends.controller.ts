import { Get } from '@nestjs/common';
import { ApiController } from '@nestjs-spark/auth/internal';
import { ApiOperation } from '@nestjs-spark/observability/internal';
import { JobsService } from '../serve/jobs.service.ts';

/** The backends that can run jobs here. */
@ApiController('api/backends', 'jobs')
export class BackendsController {
  private readonly jobs: JobsService;

  constructor(jobs: JobsService) {
    this.jobs = jobs;
  }

  @Get()
  @ApiOperation({ summary: 'The backends, with what they can run now' })
  async list() {
    return this.jobs.backends();
  }
}
