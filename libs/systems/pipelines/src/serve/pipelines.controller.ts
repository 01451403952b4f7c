import {
  Delete,
  Get,
  Headers,
  HttpCode,
  type MessageEvent,
  Param,
  Post,
  Put,
  Query,
  Res,
  Sse,
} from '@nestjs/common';
import {
  ApiController,
  CurrentCaller,
  expiresAt,
  MinimumRole,
  type ApiCaller,
} from '@nestjs-spark/auth/internal';
import {
  type Answer,
  ApiOperation,
  ReadsNoFields,
  readWhole,
  sayReplayed,
  sendFeed,
  TakesQuery,
  type StreamedAnswer,
} from '@nestjs-spark/observability/internal';
import type { Observable } from 'rxjs';
import type { PipelineView } from '../project/view.ts';
import { ApiDefinition, ApiStart } from './described-bodies.ts';
import { PipelinesService, type Changed, type Move } from './pipelines.service.ts';
import { answered, notAvailable, upgradeRequired } from './problems.ts';
import {
  AskedMove,
  BodyText,
  MOVES,
  readAfter,
  readAsOf,
  readFlag,
  readFrom,
  readIfMatch,
  readKey,
  readList,
  readReset,
} from './read-request.ts';

const MOST_EVENTS = 1_000;

/** Pipelines over HTTP. */
@ApiController('api/pipelines', 'pipelines')
export class PipelinesController {
  private readonly pipelines: PipelinesService;

  constructor(pipelines: PipelinesService) {
    this.pipelines = pipelines;
  }

  @Post()
  @ApiDefinition()
  @MinimumRole('editor')
  @ApiOperation({ summary: 'Create a pipeline from a definition, JSON or YAML' })
  async create(
    @BodyText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<PipelineView & { status: string }> {
    const changed = await answered(() => this.pipelines.create(text, caller, readKey(key)));
    answer.header('Location', `/api/pipelines/${changed.view.pipelineId}`);
    return { status: 'created', ...shown(changed, answer) };
  }

  @Get()
  @TakesQuery('skip', 'take', 'state', 'label', 'q')
  @ApiOperation({ summary: 'Pipelines: ?skip&take&state&label&q' })
  async list(
    @Query() query: Record<string, string | undefined>,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<PipelineView[]> {
    const { items, total } = this.pipelines.list(readList(query), caller);
    answer.header('X-Total-Count', String(total));
    return items;
  }

  @Sse('events')
  @ApiOperation({ summary: 'Events of all pipelines as server-sent events; Last-Event-ID resumes' })
  allEvents(
    @Headers('last-event-id') last: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: StreamedAnswer,
  ): Observable<MessageEvent> {
    return this.#send({ after: last ? readAfter(last, 'Last-Event-ID') : 'now' }, caller, answer);
  }

  @Get('live')
  @ApiOperation({ summary: 'The WebSocket: statuses and events of several pipelines' })
  live(): never {
    throw upgradeRequired();
  }

  @Get(':pipelineId')
  @TakesQuery('asOf', 'version')
  @ApiOperation({ summary: 'A pipeline; ?asOf=TIME or ?asOf=version=N shows what it was' })
  async get(
    @Param('pipelineId') pipelineId: string,
    @Query() query: Record<string, string | undefined>,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<PipelineView> {
    const asOf = readAsOf(query);
    const view = asOf
      ? await answered(() => this.pipelines.asOf(pipelineId, caller, asOf))
      : this.pipelines.get(pipelineId, caller);
    answer.header('ETag', `"${view.version}"`);
    return view;
  }

  @Put(':pipelineId')
  @ApiDefinition()
  @MinimumRole('editor')
  @ApiOperation({ summary: 'Create or change a pipeline; ?reset=keep|beginning, If-Match' })
  async put(
    @Param('pipelineId') pipelineId: string,
    @BodyText() text: string,
    @Headers() headers: Record<string, string | undefined>,
    @Query('reset') reset: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<PipelineView> {
    const options = {
      commandId: readKey(headers['idempotency-key']),
      ...readIfMatch(headers['if-match']),
      ...readReset(reset),
    };
    const changed = await answered(() => this.pipelines.put(pipelineId, text, caller, options));
    if (changed.isNew) {
      answer.status(201);
      answer.header('Location', `/api/pipelines/${pipelineId}`);
    }
    return shown(changed, answer);
  }

  @Delete(':pipelineId')
  @ReadsNoFields()
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a pipeline; ?force while it runs' })
  async remove(
    @Param('pipelineId') pipelineId: string,
    @Query('force') force: string | undefined,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<void> {
    const command = { type: 'delete', force: readFlag(force, 'force', false) } as const;
    sayReplayed(await answered(() => this.pipelines.move(pipelineId, command, caller, readKey(key))), answer);
  }

  @Get(':pipelineId/history')
  @ApiOperation({ summary: 'What has happened: ?after&take, ?batches=false leaves out batches' })
  async history(
    @Param('pipelineId') pipelineId: string,
    @Query('after') after: string | undefined,
    @Query('take') take: string | undefined,
    @Query('batches') batches: string | undefined,
    @CurrentCaller() caller: ApiCaller,
  ) {
    return this.pipelines.history(pipelineId, caller, {
      after: readAfter(after ?? '0', 'after'),
      take: readWhole(take, 'take', { least: 1, most: MOST_EVENTS, otherwise: 100 }),
      batches: readFlag(batches, 'batches', true),
    });
  }

  @Sse(':pipelineId/events')
  @ApiOperation({ summary: 'Events of a pipeline as server-sent events; Last-Event-ID resumes' })
  events(
    @Param('pipelineId') pipelineId: string,
    @Headers('last-event-id') last: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: StreamedAnswer,
  ): Observable<MessageEvent> {
    this.pipelines.get(pipelineId, caller);
    const after = readAfter(last || '0', 'Last-Event-ID');
    return this.#send({ pipelineId, after }, caller, answer);
  }

  @Get(':pipelineId/lineage')
  @TakesQuery('partition', 'offset')
  @ApiOperation({ summary: 'Not available in this version' })
  lineage(@Param('pipelineId') pipelineId: string, @CurrentCaller() caller: ApiCaller): never {
    this.pipelines.get(pipelineId, caller);
    throw notAvailable('The lineage of a record');
  }

  @Get(':pipelineId/tap')
  @TakesQuery('step', 'every')
  @ApiOperation({ summary: 'Not available in this version' })
  tap(@Param('pipelineId') pipelineId: string, @CurrentCaller() caller: ApiCaller): never {
    this.pipelines.get(pipelineId, caller);
    throw notAvailable('A tap');
  }

  @Post(':pipelineId/start')
  @ApiStart()
  @MinimumRole('editor')
  @HttpCode(200)
  @ApiOperation({ summary: 'Start, or start again' })
  async start(
    @Param('pipelineId') pipelineId: string,
    @BodyText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<PipelineView> {
    return this.#move(pipelineId, { type: 'start', from: readFrom(text) }, key, caller, answer);
  }

  @Post(MOVES.map((move) => `:pipelineId/${move}`))
  @ReadsNoFields()
  @MinimumRole('editor')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop, pause, resume or restart' })
  async change(
    @Param('pipelineId') pipelineId: string,
    @AskedMove() type: (typeof MOVES)[number],
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<PipelineView> {
    return this.#move(pipelineId, { type }, key, caller, answer);
  }

  async #move(
    pipelineId: string,
    command: Move,
    key: string | undefined,
    caller: ApiCaller,
    answer: Answer,
  ): Promise<PipelineView> {
    const changed = await answered(() => this.pipelines.move(pipelineId, command, caller, readKey(key)));
    return shown(changed, answer);
  }

  #send(
    query: Parameters<PipelinesService['events']>[0],
    caller: ApiCaller,
    answer: StreamedAnswer,
  ): Observable<MessageEvent> {
    const events = (signal: AbortSignal) => this.pipelines.events(query, caller, signal);
    async function* feed(signal: AbortSignal): AsyncGenerator<MessageEvent> {
      for await (const event of events(signal))
        yield { id: String(event.sequence), type: event.type, data: event };
    }
    return sendFeed(feed, answer, { endsAt: expiresAt(caller) });
  }
}

function shown(changed: Changed, answer: Answer): PipelineView {
  answer.header('ETag', `"${changed.view.version}"`);
  sayReplayed(changed, answer);
  return changed.view;
}
