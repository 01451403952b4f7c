import { Inject, Injectable } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { ENGINE_NAMES, type EngineName } from '@nestjs-spark/contracts';
import type { Caller } from '@nestjs-spark/modules/internal';
import { redact } from '@nestjs-spark/foundation/internal';
import { ArrivalHandlers } from '../../arrivals/arrival-handlers.ts';
import { HandlerStatus } from '../../arrivals/run/handler-status.ts';
import { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import { OwnerRequestStatus, RequestStatus } from '../../request/request-status.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import { IncomingTask, OutgoingTask } from '../../tasks/task-status.ts';
import { reasonOfIncoming, reasonOfOutgoing, TaskReason } from './reason-of.ts';
import { StateTimes } from './state-times.ts';

/** A copy with its reason and times. */
@ApiSchema({ name: 'IncomingTask' })
export class IncomingTaskView extends IncomingTask {
  @ApiProperty({ format: 'date-time', description: 'When its state was seen first' })
  since!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  generationStartedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastChangeAt!: string | null;

  @ApiProperty({ type: TaskReason, nullable: true, description: 'Why it is not live' })
  reason!: TaskReason | null;
}

/** What is sent to another module, with its reason and times. */
@ApiSchema({ name: 'OutgoingTask' })
export class OutgoingTaskView extends OutgoingTask {
  @ApiProperty({ format: 'date-time', description: 'When its state was seen first' })
  since!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  generationStartedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastChangeAt!: string | null;

  @ApiProperty({ type: TaskReason, nullable: true, description: 'Why it is not live' })
  reason!: TaskReason | null;
}

/** A request with the time of its next attempt. */
@ApiSchema({ name: 'OwnerRequest' })
export class OwnerRequestView extends OwnerRequestStatus {
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextAttemptAt!: string | null;
}

/** The body of `GET /spark/replication`. */
@ApiSchema({ name: 'ReplicationAnswer' })
export class ReplicationView {
  @ApiProperty({ example: 'Fleet' })
  module!: string;

  /** The engine that currently serves this module's requesters. */
  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ example: 'the RavenDB licence (None) does not include RavenDB ETL' })
  engineReason!: string;

  @ApiProperty({ type: [IncomingTaskView], description: 'Copies that this module keeps' })
  incoming!: IncomingTaskView[];

  @ApiProperty({ type: [OutgoingTaskView], description: 'What goes from here to other modules' })
  outgoing!: OutgoingTaskView[];

  @ApiProperty({ type: [OwnerRequestView], description: 'The state of the requests to owners' })
  requests!: OwnerRequestView[];

  @ApiProperty({
    type: [HandlerStatus],
    description: 'Methods that handle copies, as the asked instance sees them',
  })
  handlers!: HandlerStatus[];
}

@Injectable()
export class ReplicationViews {
  private readonly times = new StateTimes();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly chooser: EngineChooser,
    private readonly incoming: Incoming,
    private readonly outgoing: Outgoing,
    private readonly requests: RequestStatus,
    private readonly handlers: ArrivalHandlers,
  ) {}

  /** A module sees what is sent to it; an operator sees everything. */
  async seenBy(caller: Caller): Promise<ReplicationView> {
    const { engine, reason } = await this.chooser.choose();
    const operator = caller.kind === 'operator';
    const outgoing = await this.outgoing.tasks(operator ? undefined : caller.module);
    return {
      module: this.settings.moduleName,
      engine,
      engineReason: reason,
      incoming: operator ? this.incoming.tasks().map((task) => this.showIncoming(task)) : [],
      outgoing: outgoing.map((task) => this.showOutgoing(task)),
      requests: operator ? this.requests.all().map((request) => this.showRequest(request)) : [],
      handlers: operator ? this.handlers.statuses() : [],
    };
  }

  private showIncoming(task: IncomingTask): IncomingTaskView {
    const reason = reasonOfIncoming(task, this.requests.of(task.owner));
    return { ...clean(task), ...this.times.note(`in ${task.owner}/${task.name}`, task), reason };
  }

  private showOutgoing(task: OutgoingTask): OutgoingTaskView {
    const times = this.times.note(`out ${task.requester}/${task.name}`, task);
    return { ...clean(task), ...times, reason: reasonOfOutgoing(task) };
  }

  private showRequest(request: OwnerRequestStatus): OwnerRequestView {
    return { ...clean(request), nextAttemptAt: nextAttemptAt(request, this.settings.retrySeconds) };
  }
}

function nextAttemptAt(
  { state, failedAt, attempts }: OwnerRequestStatus,
  retrySeconds: readonly number[],
): string | null {
  const seconds = retrySeconds[Math.min(attempts, retrySeconds.length) - 1];
  if (state !== 'retrying' || failedAt === null || seconds === undefined) return null;
  return new Date(failedAt + seconds * 1_000).toISOString();
}

// Error texts come from other systems and may quote a URL with its password.
function clean<T extends { lastError: string | null; incompleteBecause?: string | null }>(task: T): T {
  const { lastError, incompleteBecause } = task;
  return {
    ...task,
    lastError: lastError && redact(lastError),
    ...(incompleteBecause ? { incompleteBecause: redact(incompleteBecause) } : {}),
  };
}
