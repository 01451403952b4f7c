import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiGuard } from '@nestjs-spark/auth';
import { ApiOperation, ApiTags } from '@nestjs-spark/observability/internal';
import { JobsService } from '../serve/jobs.service.ts';

/** What can run jobs here. */
@ApiTags('jobs')
@Controller('api/backends')
@UseGuards(ApiGuard)
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
