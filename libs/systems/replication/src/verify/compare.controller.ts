import type { IncomingMessage } from 'node:http';
import { HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { isName, ProblemError, taskId, type TaskKey } from '@nestjs-spark/contracts';
import { InTurn } from '@nestjs-spark/foundation/internal';
import {
  FromCaller,
  rawBodyOf,
  readBody,
  SparkController,
  type Caller,
} from '@nestjs-spark/modules/internal';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  invalidFields,
} from '@nestjs-spark/observability/internal';
import { CaptureSupervisor, Expectations } from '@nestjs-spark/streaming/internal';
import { asProblem } from '../problems/as-problem.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { CompareAnswer } from './compare-answer.ts';
import { CompareBody } from './compare-body.ts';

const TIMEOUT_MS = 25_000;

/** `POST /spark/replication/source/{task}/compare`: what a requester compares its copies with. */
@SparkController('replication/source')
export class CompareController {
  /** One answer at a time per task, so that comparisons do not take too much from copying. */
  private readonly turns = new InTurn();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly expectations: Expectations,
    private readonly capture: CaptureSupervisor,
  ) {}

  @Post(':task/compare')
  @HttpCode(200)
  @ApiOperation({ summary: 'What the copies of documents have to contain, for the module that keeps them' })
  @ApiBody({ type: CompareBody })
  @ApiOkResponse({ type: CompareAnswer })
  @ApiResponse({ status: 400, description: 'The body is invalid; errors[] names the fields' })
  @ApiResponse({ status: 403, description: 'Not a module' })
  @ApiResponse({ status: 404, description: 'The module has no such task here' })
  @ApiResponse({ status: 503, description: 'The database is unavailable' })
  async compare(
    @Req() raw: IncomingMessage,
    @FromCaller() caller: Caller,
    @Param('task') name: string,
  ): Promise<CompareAnswer> {
    if (caller.kind !== 'module') throw new ProblemError('forbidden', 'Only a module has tasks here.');
    const wanted = await readBody(CompareBody, rawBodyOf(raw) ?? Buffer.alloc(0));
    const task = { owner: this.settings.moduleName, requester: caller.module, name };
    const look = (): Promise<CompareAnswer | null> => this.look(task, wanted);
    const found = isName(name) ? await this.turns.run(taskId(task), look) : null;
    if (found) return found;
    throw new ProblemError('notFound', `${caller.module} has no such task here.`);
  }

  private async look(
    task: TaskKey,
    { from, depth = 'content', documents }: CompareBody,
  ): Promise<CompareAnswer | null> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      if (from !== undefined) return await this.expectations.page(task, from, depth, signal);
      if (!documents) throw invalidFields([{ pointer: '/documents', detail: 'give documents or from' }]);
      const found = await this.expectations.documents(task, documents, signal);
      // The requester waits for what it asks about to arrive.
      if (found) await this.capture.flush(task);
      return found;
    } catch (error) {
      throw asProblem(error);
    }
  }
}
