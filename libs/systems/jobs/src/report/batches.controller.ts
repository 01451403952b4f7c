import { Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiController, CurrentCaller, MinimumRole, type ApiCaller } from '@nestjs-spark/auth/internal';
import { ApiOperation, sayReplayed, type Answer } from '@nestjs-spark/observability/internal';
import { JobsService } from '../serve/jobs.service.ts';
import { ApiBatch, ApiJobIds, ApiReason } from './described-bodies.ts';
import { RawText } from './raw-text.ts';
import { accessOf, readJobIds, readKey, readReason } from './read-query.ts';

/** Batches over HTTP. Its routes must precede those with an id. */
@ApiController('api/jobs', 'jobs')
export class BatchesController {
  private readonly jobs: JobsService;

  constructor(jobs: JobsService) {
    this.jobs = jobs;
  }

  @Post('batch')
  @ApiBatch()
  @HttpCode(202)
  @ApiOperation({ summary: 'Submit up to 500 jobs, all or none' })
  async submit(
    @RawText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ) {
    const { replayed, ...batch } = await this.jobs.submitBatchText(text, accessOf(caller), readKey(key));
    sayReplayed({ isReplayed: replayed }, answer, 200);
    return batch;
  }

  @Get('batch/:batchId')
  @ApiOperation({ summary: 'The jobs of a batch' })
  async get(@Param('batchId') batchId: string, @CurrentCaller() caller: ApiCaller) {
    return this.jobs.batch(batchId, accessOf(caller));
  }

  @Post('batch/:batchId/cancel')
  @ApiReason()
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel the jobs of a batch that have not ended' })
  async cancel(
    @Param('batchId') batchId: string,
    @RawText() text: string,
    @CurrentCaller() caller: ApiCaller,
  ) {
    return this.jobs.cancelBatch(batchId, accessOf(caller), readReason(text));
  }

  @Post('status')
  @ApiJobIds()
  @HttpCode(200)
  @MinimumRole('viewer')
  @ApiOperation({ summary: 'The status of up to 1,000 jobs' })
  async statuses(@RawText() text: string, @CurrentCaller() caller: ApiCaller) {
    return { jobs: await this.jobs.statuses(readJobIds(text), accessOf(caller)) };
  }
}
