import { Inject, Injectable } from '@nestjs/common';
import type { EngineName } from '@nestjs-spark/contracts';
import type { Caller } from '@nestjs-spark/modules/internal';
import { redact } from '@nestjs-spark/foundation/internal';
import { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_OPTIONS } from '../../settings/tokens.ts';
import { RequestStatus, type OwnerRequestStatus } from '../../request/request-status.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import type { IncomingTask, OutgoingTask } from './task-status.ts';

/** The body of `GET /spark/replication`. */
export interface ReplicationView {
  module: string;
  /** The engine of what others take from this module now, and why. */
  engine: EngineName;
  engineReason: string;
  incoming: IncomingTask[];
  outgoing: OutgoingTask[];
  requests: OwnerRequestStatus[];
}

@Injectable()
export class ReplicationViews {
  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    private readonly chooser: EngineChooser,
    private readonly incoming: Incoming,
    private readonly outgoing: Outgoing,
    private readonly requests: RequestStatus,
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
    };
  }
}

// Errors are other people's words and may quote a URL with its password.
function clean<T extends { lastError: string | null; incompleteBecause?: string | null }>(task: T): T {
  const { lastError, incompleteBecause } = task;
  return {
    ...task,
    lastError: lastError && redact(lastError),
    ...(incompleteBecause ? { incompleteBecause: redact(incompleteBecause) } : {}),
  };
}
