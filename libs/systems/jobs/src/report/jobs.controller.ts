import { Readable } from 'node:stream';
import {
  Get,
  Headers,
  HttpCode,
  type MessageEvent,
  Param,
  Post,
  Query,
  Req,
  Res,
  Sse,
  StreamableFile,
} from '@nestjs/common';
import { ApiController, CurrentCaller, expiresAt, type ApiCaller } from '@nestjs-spark/auth/internal';
import {
  type Answer,
  ApiBody,
  ApiConsumes,
  ApiOperation,
  nodeRequest,
  type PlatformRequest,
  ReadsNoFields,
  requireForm,
  sayReplayed,
  TakesQuery,
  type StreamedAnswer,
} from '@nestjs-spark/observability/internal';
import type { Observable } from 'rxjs';
import { JobsService } from '../serve/jobs.service.ts';
import type { JobView } from '../serve/view.ts';
import { SubmissionBody } from '../submit/submission.ts';
import {
  accessOf,
  readAfter,
  readJobQuery,
  readKey,
  readReason,
  readWait,
  type JobListQuery,
} from './read-query.ts';
import { ApiReason } from './described-bodies.ts';
import { RawText } from './raw-text.ts';
import { sendEvents } from './send-events.ts';

/** Of any type, as senders of lines seldom say theirs. */
const LINES_FORM = { types: /^/, said: 'NDJSON' };

/** Jobs over HTTP. */
@ApiController('api/jobs', 'jobs')
export class JobsController {
  private readonly jobs: JobsService;

  constructor(jobs: JobsService) {
    this.jobs = jobs;
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Submit a job' })
  @ApiBody({ type: SubmissionBody })
  async submit(
    @RawText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<JobView> {
    const { job, replayed } = await this.jobs.submitText(text, accessOf(caller), key);
    answer.header('Location', `/api/jobs/${job.jobId}`);
    sayReplayed({ isReplayed: replayed }, answer, 200);
    return job;
  }

  @Post('input')
  @ApiConsumes('application/x-ndjson')
  @ApiBody({ schema: { type: 'string', example: '{"id":"orders/1","document":{"Total":7}}' } })
  @ApiOperation({
    summary: 'Store documents as the input of jobs: any number of NDJSON lines',
  })
  async input(@Req() request: PlatformRequest, @CurrentCaller() caller: ApiCaller) {
    const lines = nodeRequest(request);
    requireForm(lines, LINES_FORM);
    return this.jobs.keepInput(lines, accessOf(caller));
  }

  @Get()
  @TakesQuery('status', 'label', 'backend', 'name', 'take', 'cursor')
  @ApiOperation({ summary: 'Jobs, newest first: ?status&label&backend&name&take&cursor' })
  async list(@Query() query: JobListQuery, @CurrentCaller() caller: ApiCaller) {
    return this.jobs.list(readJobQuery(query), accessOf(caller));
  }

  @Sse('events')
  @ApiOperation({ summary: 'Events of all jobs (?label) as server-sent events' })
  events(
    @Query('label') label: string | undefined,
    @Headers('last-event-id') last: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: StreamedAnswer,
  ): Observable<MessageEvent> {
    const query = { ...(label === undefined ? {} : { label }), ...readAfter(last) };
    return this.#send(query, caller, answer);
  }

  @Get(':jobId')
  @ApiOperation({ summary: 'A job; with ?waitMs, answers when it has ended or that time is over' })
  async get(
    @Param('jobId') jobId: string,
    @Query('waitMs') waitMs: string | undefined,
    @CurrentCaller() caller: ApiCaller,
  ): Promise<JobView> {
    return this.jobs.get(jobId, accessOf(caller), readWait(waitMs));
  }

  @Get(':jobId/result')
  @ApiOperation({ summary: 'The result: NDJSON in the order of the input, or JSON' })
  async result(@Param('jobId') jobId: string, @CurrentCaller() caller: ApiCaller): Promise<StreamableFile> {
    const { meta, content } = await this.jobs.result(jobId, accessOf(caller));
    return new StreamableFile(Readable.from(content, { objectMode: false }), {
      type: meta.form === 'value' ? 'application/json' : 'application/x-ndjson',
      length: meta.bytes,
    });
  }

  @Post(':jobId/cancel')
  @ApiReason()
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel a job' })
  async cancel(
    @Param('jobId') jobId: string,
    @RawText() text: string,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<JobView> {
    const access = accessOf(caller);
    const reason = readReason(text);
    const { status } = await this.jobs.get(jobId, access);
    if (status === 'Cancelled') answer.status(200);
    return this.jobs.cancel(jobId, access, reason);
  }

  @Post(':jobId/retry')
  @ReadsNoFields()
  @HttpCode(202)
  @ApiOperation({ summary: 'Submit an ended job again' })
  async retry(
    @Param('jobId') jobId: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<JobView> {
    const { job, replayed } = await this.jobs.retryOnce(jobId, accessOf(caller), readKey(key));
    answer.header('Location', `/api/jobs/${job.jobId}`);
    sayReplayed({ isReplayed: replayed }, answer, 200);
    return job;
  }

  @Sse(':jobId/events')
  @ApiOperation({ summary: 'Events of a job as server-sent events' })
  async eventsOf(
    @Param('jobId') jobId: string,
    @Headers('last-event-id') last: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: StreamedAnswer,
  ): Promise<Observable<MessageEvent>> {
    await this.jobs.get(jobId, accessOf(caller));
    return this.#send({ jobId, after: 0, ...readAfter(last) }, caller, answer);
  }

  #send(
    query: Parameters<JobsService['events']>[0],
    caller: ApiCaller,
    answer: StreamedAnswer,
  ): Observable<MessageEvent> {
    const access = accessOf(caller);
    const feeds = [
      (signal: AbortSignal) => this.jobs.events(query, signal, access),
      (signal: AbortSignal) => this.jobs.progress(query, signal, access),
    ];
    return sendEvents(feeds, answer, { endsAt: expiresAt(caller), after: query.after });
  }
}
