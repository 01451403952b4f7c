import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { HealthChecks } from '@nestjs-spark/observability';
import { STATE_STORE, StorePreparation } from '@nestjs-spark/store';
import { BusInUse } from '../../connect/bus-in-use.ts';
import { Declarations } from '../../declare/declarations.ts';
import { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import { ReplicationStatus } from '../replication-status.ts';
import { BusCheck, CopyCheck, EngineCheck, StoreCheck } from './checks.ts';

/** Adds replication's checks to `/health/ready`: one per declared collection, the store, the bus, and the engine. */
@Injectable()
export class ReplicationHealth implements OnApplicationBootstrap {
  constructor(
    @Inject(STATE_STORE) private readonly states: StateStore,
    private readonly checks: HealthChecks,
    private readonly declarations: Declarations,
    private readonly status: ReplicationStatus,
    private readonly chooser: EngineChooser,
    private readonly inUse: BusInUse,
    private readonly preparation: StorePreparation,
  ) {}

  onApplicationBootstrap(): void {
    this.checks.add(new StoreCheck(this.states, this.preparation));
    this.checks.add(new BusCheck(this.inUse.bus.connection));
    this.checks.add(new EngineCheck(this.chooser));
    for (const { key: task, collection } of this.declarations.tasks()) {
      this.checks.add(new CopyCheck(this.status, task.owner, collection));
    }
  }
}
