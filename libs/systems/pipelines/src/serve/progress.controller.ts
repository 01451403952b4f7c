import {
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiGuard, CurrentCaller, MinimumRole, type ApiCaller } from '@nestjs-spark/auth';
import { ApiOperation, ApiTags } from '@nestjs-spark/observability/internal';
import { PipelinesService } from './pipelines.service.ts';
import { answered } from './problems.ts';
import { BodyText, readKey, readPosition, readRecord, whole } from './read-request.ts';

/** An answer of Express or Fastify. */
interface Answer {
  header(name: string, value: string): unknown;
}

const MOST_LETTERS = 1_000;

/** How far pipelines are, and what they could not process. */
@ApiTags('pipelines')
@Controller('api/pipelines')
@UseGuards(ApiGuard)
export class ProgressController {
  private readonly pipelines: PipelinesService;

  constructor(pipelines: PipelinesService) {
    this.pipelines = pipelines;
  }

  @Get(':pipelineId/checkpoint')
  @ApiOperation({ summary: 'How far a pipeline is' })
  async checkpoint(@Param('pipelineId') pipelineId: string, @CurrentCaller() caller: ApiCaller) {
    return this.pipelines.checkpoint(pipelineId, caller);
  }

  @Patch(':pipelineId/checkpoint')
  @MinimumRole('editor')
  @ApiOperation({ summary: 'Continue elsewhere: {"position": {…}}' })
  async setCheckpoint(
    @Param('pipelineId') pipelineId: string,
    @BodyText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
  ) {
    const command = { type: 'resetCheckpoint', position: readPosition(text) } as const;
    await answered(() => this.pipelines.move(pipelineId, command, caller, readKey(key)));
    return this.pipelines.checkpoint(pipelineId, caller);
  }

  @Delete(':pipelineId/checkpoint')
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Begin again at the next start' })
  async removeCheckpoint(
    @Param('pipelineId') pipelineId: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
  ): Promise<void> {
    const command = { type: 'resetCheckpoint', position: null } as const;
    await answered(() => this.pipelines.move(pipelineId, command, caller, readKey(key)));
  }

  @Get(':pipelineId/dead-letters')
  @ApiOperation({ summary: 'Records that could not be processed: ?skip&take' })
  async letters(
    @Param('pipelineId') pipelineId: string,
    @Query('skip') skip: string | undefined,
    @Query('take') take: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ) {
    const letters = await this.pipelines.letters(pipelineId, caller);
    answer.header('X-Total-Count', String(letters.length));
    const from = whole(skip ?? '0', 'skip', Number.MAX_SAFE_INTEGER, 0);
    return letters.slice(from, from + whole(take ?? '50', 'take', MOST_LETTERS));
  }

  @Post(':pipelineId/dead-letters/:letterId/replay')
  @MinimumRole('editor')
  @HttpCode(202)
  @ApiOperation({ summary: 'Process a dead letter again, {"record": {…}} replaces it' })
  async replay(
    @Param('pipelineId') pipelineId: string,
    @Param('letterId') letterId: string,
    @BodyText() text: string,
    @CurrentCaller() caller: ApiCaller,
  ) {
    return this.pipelines.replayLetter(pipelineId, letterId, readRecord(text), caller);
  }

  @Delete(':pipelineId/dead-letters')
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget all dead letters' })
  async forgetLetters(@Param('pipelineId') pipelineId: string, @CurrentCaller() caller: ApiCaller) {
    await this.pipelines.removeLetters(pipelineId, null, caller);
  }

  @Delete(':pipelineId/dead-letters/:letterId')
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget a dead letter' })
  async forgetLetter(
    @Param('pipelineId') pipelineId: string,
    @Param('letterId') letterId: string,
    @CurrentCaller() caller: ApiCaller,
  ) {
    await this.pipelines.removeLetters(pipelineId, letterId, caller);
  }
}
