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

/** The body of `GET /spark/replication`. */
@ApiSchema({ name: 'ReplicationAnswer' })
export class ReplicationView {
  @ApiProperty({ example: 'Fleet' })
  module!: string;

  /** The engine of what others take from this module now. */
  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ example: 'the RavenDB licence (None) does not include RavenDB ETL' })
  engineReason!: string;

  @ApiProperty({ type: [IncomingTask], description: 'Copies that this module keeps' })
  incoming!: IncomingTask[];

  @ApiProperty({ type: [OutgoingTask], description: 'What goes from here to other modules' })
  outgoing!: OutgoingTask[];

  @ApiProperty({ type: [OwnerRequestStatus], description: 'How the requests to owners stand' })
  requests!: OwnerRequestStatus[];

  @ApiProperty({
    type: [HandlerStatus],
    description: 'Methods that are told of copies, as the asked instance sees them',
  })
  handlers!: HandlerStatus[];
}

@Injectable()
export class ReplicationViews {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly chooser: EngineChooser,
    private readonly incoming: Incoming,
    private readonly outgoing: Outgoing,
    private readonly requests: RequestStatus,
    private readonly handlers: ArrivalHandlers,
  ) {}

  /** A module sees what goes to it; an operator sees all. */
  async seenBy(caller: Caller): Promise<ReplicationView> {
    const { engine, reason } = await this.chooser.choose();
    const operator = caller.kind === 'operator';
    return {
      module: this.settings.moduleName,
      engine,
      engineReason: reason,
      incoming: operator ? this.incoming.tasks().map(clean) : [],
      outgoing: (await this.outgoing.tasks(operator ? undefined : caller.module)).map(clean),
      requests: operator ? this.requests.all().map(clean) : [],
      handlers: operator ? this.handlers.statuses() : [],
    };
  }
}

// Errors come from elsewhere and may quote a URL with its password.
function clean<T extends { lastError: string | null; incompleteBecause?: string | null }>(task: T): T {
  const { lastError, incompleteBecause } = task;
  return {
    ...task,
    lastError: lastError && redact(lastError),
    ...(incompleteBecause ? { incompleteBecause: redact(incompleteBecause) } : {}),
  };
}
