import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { HealthChecks } from '@nestjs-spark/observability';
import { StorePreparation } from '@nestjs-spark/store';
import { Declarations } from '../../declare/declarations.ts';
import { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import { BUS, STATE_STORE } from '../../settings/tokens.ts';
import { ReplicationStatus } from '../replication-status.ts';
import { BusCheck, type BusConnection } from './bus-check.ts';
import { CopyCheck } from './copy-check.ts';
import { EngineCheck } from './engine-check.ts';
import { StoreCheck } from './store-check.ts';

/** Adds replication's checks to `/health/ready`: one per declared collection, the store, the bus, and the engine. */
@Injectable()
export class ReplicationHealth implements OnApplicationBootstrap {
  constructor(
    private readonly checks: HealthChecks,
    private readonly declarations: Declarations,
    private readonly status: ReplicationStatus,
    private readonly chooser: EngineChooser,
    @Inject(BUS) private readonly bus: { readonly bus: { readonly connection: BusConnection } },
    @Inject(STATE_STORE) private readonly states: StateStore,
    private readonly preparation: StorePreparation,
  ) {}

  onApplicationBootstrap(): void {
    this.checks.add(new StoreCheck(this.states, this.preparation));
    this.checks.add(new BusCheck(this.bus.bus.connection));
    this.checks.add(new EngineCheck(this.chooser));
    for (const { key: task, collection } of this.declarations.tasks()) {
      this.checks.add(new CopyCheck(this.status, task.owner, collection));
    }
  }
}
