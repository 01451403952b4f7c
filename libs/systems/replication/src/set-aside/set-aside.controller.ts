import type { IncomingMessage } from 'node:http';
import { Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  invalidFields,
  TakesQuery,
} from '@nestjs-spark/observability/internal';
import {
  FromCaller,
  type Caller,
  readBody,
  rawBodyOf,
  SparkController,
} from '@nestjs-spark/modules/internal';
import { asProblem } from '../problems/as-problem.ts';
import { readPage, readWish, RetryBody } from './read-wish.ts';
import { SetAsideDocuments } from './set-aside-documents.ts';
import { RetryAnswer, SetAsideView } from './set-aside-result.ts';

/** `/spark/etl/set-aside`: set-aside documents, and rerunning them. */
@SparkController('etl/set-aside')
export class SetAsideController {
  constructor(private readonly documents: SetAsideDocuments) {}

  @Get()
  @TakesQuery('module', 'task', 'kind', 'direction', 'group', 'skip', 'take')
  @ApiOperation({ summary: 'Documents set aside; a module sees those of its own tasks, an operator all' })
  @ApiQuery({ name: 'module', required: false })
  @ApiQuery({ name: 'task', required: false })
  @ApiQuery({ name: 'kind', required: false })
  @ApiQuery({ name: 'direction', required: false, enum: ['in', 'out'] })
  @ApiQuery({ name: 'group', required: false, enum: ['reason'] })
  @ApiQuery({ name: 'skip', required: false, type: Number })
  @ApiQuery({ name: 'take', required: false, type: Number, description: 'Default 50, at most 500' })
  @ApiOkResponse({ type: SetAsideView })
  async list(@FromCaller() caller: Caller, @Query() query: Record<string, unknown>): Promise<SetAsideView> {
    const { skip, take } = readPage(query);
    try {
      return await this.documents.list(caller, readWish(query), skip, take);
    } catch (error) {
      throw asProblem(error);
    }
  }

  @Post('retry')
  @HttpCode(202)
  @ApiOperation({ summary: 'Rerun documents: those named, all of a task, or all' })
  @ApiBody({ type: RetryBody })
  @ApiResponse({ status: 202, type: RetryAnswer, description: 'Recorded; the list shows the outcome' })
  @ApiResponse({ status: 400, description: 'The body is invalid; errors[] names the fields' })
  @ApiResponse({ status: 403, description: 'In the name of another module' })
  @ApiResponse({ status: 404, description: 'There is no such task' })
  @ApiResponse({
    status: 503,
    description: 'Something needed is unavailable, or the owner that has to send again',
  })
  async retry(@Req() raw: IncomingMessage, @FromCaller() caller: Caller): Promise<RetryAnswer> {
    const wish = await readBody(RetryBody, rawBodyOf(raw) ?? Buffer.alloc(0));
    if (wish.documents && wish.task === undefined)
      throw invalidFields([{ pointer: '/task', detail: 'documents are named within a task' }]);
    try {
      return { tasks: await this.documents.retry(caller, wish) };
    } catch (error) {
      throw asProblem(error);
    }
  }
}
