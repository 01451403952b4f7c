import { Inject, Module } from '@nestjs/common';
import { ModuleFacts } from '@nestjs-spark/observability/internal';
import { STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import { describeStore } from '@nestjs-spark/store/internal';
import { EngineChooser } from '../deploy/engines/engine-chooser.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { ArrivalsModule } from '../arrivals/arrivals.module.ts';
import { ConnectModule } from '../connect/connect.module.ts';
import { DeclareModule } from '../declare/declare.module.ts';
import { DeployModule } from '../deploy/deploy.module.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import { RequestModule } from '../request/request.module.ts';
import { ArrivalWaits } from './arrival/arrival-waits.ts';
import { DeadLetters } from './dead-letters/dead-letters.ts';
import { SourcePosition } from './freshness/source-position.ts';
import { ReplicationHealth } from './health/replication-health.ts';
import { ReplicationMetrics } from './metrics/replication-metrics.ts';
import { ReplicationStatus } from './replication-status.ts';
import { DeadLettersController } from './routes/dead-letters.controller.ts';
import { ReplicationController } from './routes/replication.controller.ts';
import { StartReport } from './start/start-report.ts';
import { Incoming } from './status/incoming.ts';
import { Outgoing } from './status/outgoing.ts';
import { OwnerReports } from './status/owner-reports.ts';
import { RunningScripts } from './status/running-script.ts';
import { ReplicationViews } from './status/replication-view.ts';

/** The state of every task, for HTTP, health, metrics and the application. */
@Module({
  imports: [
    ObservabilityModule,
    DeclareModule,
    ConnectModule,
    IdentifyModule,
    RequestModule,
    DeployModule,
    ArrivalsModule,
  ],
  controllers: [ReplicationController, DeadLettersController],
  providers: [
    ArrivalWaits,
    DeadLetters,
    Incoming,
    Outgoing,
    OwnerReports,
    ReplicationHealth,
    ReplicationMetrics,
    ReplicationStatus,
    ReplicationViews,
    RunningScripts,
    SourcePosition,
    StartReport,
  ],
  exports: [OwnerReports, ReplicationStatus, StartReport],
})
export class ReportModule {
  constructor(
    facts: ModuleFacts,
    engines: EngineChooser,
    @Inject(STORE_INFO) store: StoreInfo,
    @Inject(REPLICATION_SETTINGS) settings: ReplicationSettings,
  ) {
    facts.add(() => ({ version: settings.version, systems: { replication: '/spark' } }));
    facts.add(() => describeStore(store));
    facts.add(async () => {
      const { engine, reason: engineReason } = await engines.choose();
      return { engine, engineReason };
    });
  }
}
