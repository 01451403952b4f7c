import { Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiResponse,
  ApiSchema,
} from '@nestjs-spark/observability/internal';
import { ProblemError } from '@nestjs-spark/contracts';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import {
  FromCaller,
  requireOperator,
  requireOwnName,
  type Caller,
  SparkController,
  TakesNoFields,
} from '@nestjs-spark/modules/internal';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import { Freshness } from '../freshness/freshness.ts';
import { SourcePosition, ToldSource } from '../freshness/source-position.ts';
import { RunningScript, RunningScripts } from '../status/running-script.ts';
import { ReplicationStatus } from '../replication-status.ts';
import { ReplicationView, ReplicationViews } from '../status/replication-view.ts';

@ApiSchema({ name: 'ResyncAnswer' })
export class Resync {
  @ApiProperty({ type: [String], example: ['Cars'] })
  tasks!: string[];
}

@SparkController('replication')
export class ReplicationController {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly supervisor: ApplySupervisor,
    private readonly views: ReplicationViews,
    private readonly source: SourcePosition,
    private readonly status: ReplicationStatus,
    private readonly scripts: RunningScripts,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The state of the tasks; a module sees what goes to it, an operator sees all' })
  @ApiOkResponse({ type: ReplicationView })
  show(@FromCaller() caller: Caller): Promise<ReplicationView> {
    return this.views.seenBy(caller);
  }

  @Get('source/:task')
  @ApiOperation({ summary: 'The current position of this database, for the module that keeps copies of it' })
  @ApiOkResponse({ type: ToldSource })
  tellSource(@FromCaller() caller: Caller, @Param('task') task: string): Promise<ToldSource> {
    if (caller.kind !== 'module') throw new ProblemError('forbidden', 'Only a module has tasks here.');
    return this.source.tell(caller.module, task);
  }

  @Get('outgoing/:requester/:task/script')
  @ApiOperation({ summary: 'The script that runs for a task (that module and operators)' })
  @ApiOkResponse({ type: RunningScript })
  @ApiResponse({ status: 403, description: 'It is the task of another module' })
  @ApiResponse({ status: 404, description: 'There is no such task' })
  script(
    @FromCaller() caller: Caller,
    @Param('requester') requester: string,
    @Param('task') task: string,
  ): Promise<RunningScript> {
    requireOwnName(caller, requester);
    return this.scripts.find(requester, task);
  }

  @Get(':owner/:collection/freshness')
  @ApiOperation({ summary: 'How fresh the copies of a collection are; asks its owner' })
  @ApiOkResponse({ type: Freshness })
  @ApiResponse({ status: 404, description: 'No copies of that collection are kept here' })
  freshness(@Param('owner') owner: string, @Param('collection') collection: string): Promise<Freshness> {
    return this.status.freshness(owner, collection);
  }

  @Post(':owner/:collection/resync')
  @TakesNoFields()
  @HttpCode(202)
  @ApiOperation({ summary: 'Copy a collection again from the beginning (operators only)' })
  @ApiResponse({ status: 202, type: Resync })
  @ApiResponse({ status: 404, description: 'No copies of that collection are kept here' })
  async resync(
    @FromCaller() caller: Caller,
    @Param('owner') owner: string,
    @Param('collection') collection: string,
  ): Promise<Resync> {
    requireOperator(caller);
    const tasks = this.status.tasksOf(owner, collection);
    if (tasks.length === 0) throw this.status.notKept(owner, collection);
    for (const task of tasks) {
      await this.supervisor.resync({
        owner: task.owner,
        requester: this.settings.moduleName,
        name: task.name,
      });
    }
    return { tasks: tasks.map(({ name }) => name) };
  }
}
