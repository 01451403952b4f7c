import { Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiController, CurrentCaller, MinimumRole, type ApiCaller } from '@nestjs-spark/auth/internal';
import {
  ApiOperation,
  ReadsNoFields,
  readWhole,
  sayReplayed,
  type Answer,
} from '@nestjs-spark/observability/internal';
import type { Position } from '../batch/batch.ts';
import { ApiPosition, ApiReplay } from './described-bodies.ts';
import { PipelinesService } from './pipelines.service.ts';
import { answered } from './problems.ts';
import { BodyText, readKey, readPosition, readRecord } from './read-request.ts';

const MOST_LETTERS = 1_000;

/** The progress of pipelines, and the records that they could not process. */
@ApiController('api/pipelines', 'pipelines')
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
  @ApiPosition()
  @MinimumRole('editor')
  @ApiOperation({ summary: 'Continue elsewhere' })
  async setCheckpoint(
    @Param('pipelineId') pipelineId: string,
    @BodyText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ) {
    return this.#moveCheckpoint(pipelineId, readPosition(text), caller, key, answer);
  }

  @Delete(':pipelineId/checkpoint')
  @ReadsNoFields()
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Begin again at the next start' })
  async removeCheckpoint(
    @Param('pipelineId') pipelineId: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<void> {
    await this.#moveCheckpoint(pipelineId, null, caller, key, answer);
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
    const { letters, total } = await this.pipelines.letters(pipelineId, caller, {
      skip: readWhole(skip, 'skip', { otherwise: 0 }),
      take: readWhole(take, 'take', { least: 1, most: MOST_LETTERS, otherwise: 50 }),
    });
    answer.header('X-Total-Count', String(total));
    return letters;
  }

  @Post(':pipelineId/dead-letters/:letterId/replay')
  @ApiReplay()
  @MinimumRole('editor')
  @HttpCode(202)
  @ApiOperation({ summary: 'Process a dead letter again, or a record in its place' })
  async replay(
    @Param('pipelineId') pipelineId: string,
    @Param('letterId') letterId: string,
    @BodyText() text: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ) {
    const record = readRecord(text);
    const replayed = await answered(() =>
      this.pipelines.replayLetter(pipelineId, letterId, record, caller, readKey(key)),
    );
    sayReplayed(replayed, answer);
    return replayed.answer;
  }

  @Delete(':pipelineId/dead-letters')
  @ReadsNoFields()
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove all dead letters' })
  async forgetLetters(
    @Param('pipelineId') pipelineId: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<void> {
    await this.#forget(pipelineId, null, caller, key, answer);
  }

  @Delete(':pipelineId/dead-letters/:letterId')
  @ReadsNoFields()
  @MinimumRole('editor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a dead letter' })
  async forgetLetter(
    @Param('pipelineId') pipelineId: string,
    @Param('letterId') letterId: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: ApiCaller,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<void> {
    await this.#forget(pipelineId, letterId, caller, key, answer);
  }

  async #moveCheckpoint(
    pipelineId: string,
    position: Position | null,
    caller: ApiCaller,
    key: string | undefined,
    answer: Answer,
  ) {
    const work = () => this.pipelines.moveCheckpoint(pipelineId, position, caller, readKey(key));
    const moved = await answered(work);
    sayReplayed(moved, answer);
    return moved.answer;
  }

  async #forget(
    pipelineId: string,
    letterId: string | null,
    caller: ApiCaller,
    key: string | undefined,
    answer: Answer,
  ): Promise<void> {
    const work = () => this.pipelines.removeLetters(pipelineId, letterId, caller, readKey(key));
    sayReplayed(await answered(work), answer);
  }
}
