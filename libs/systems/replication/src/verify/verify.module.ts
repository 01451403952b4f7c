import { Module } from '@nestjs/common';
import type { ChangeSink, ChangeSource, LeaseKeeper, StateStore } from '@nestjs-spark/contracts/internal';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { logFor } from '@nestjs-spark/observability/internal';
import { CHANGE_FEED, CHANGE_TARGET, STATE_STORE } from '@nestjs-spark/store';
import { Expectations, VerifySupervisor } from '@nestjs-spark/streaming/internal';
import { ConnectModule } from '../connect/connect.module.ts';
import { DeclareModule } from '../declare/declare.module.ts';
import { DeployModule } from '../deploy/deploy.module.ts';
import { DeploymentDirectory } from '../deploy/deployment-directory.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import { ReportModule } from '../report/report.module.ts';
import { RequestModule } from '../request/request.module.ts';
import { OwnerSourceInquiry } from '../request/source-inquiry.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { LEASE_KEEPER, REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { CompareController } from './compare.controller.ts';
import { OwnerVerifySource } from './owner-verify-source.ts';
import { ReplicationVerify } from './replication-verify.ts';
import { VerifyController } from './verify.controller.ts';

const HOUR_MS = 3_600_000;

/** Compares copies with their source: the requester's side, and the owner's answers. */
@Module({
  imports: [DeclareModule, ConnectModule, IdentifyModule, RequestModule, DeployModule, ReportModule],
  controllers: [VerifyController, CompareController],
  providers: [
    OwnerVerifySource,
    ReplicationVerify,
    // Classes of other libraries are independent of Nest, so they are constructed here.
    {
      provide: Expectations,
      inject: [CHANGE_FEED, ScriptPool, DeploymentDirectory],
      useFactory: (source: ChangeSource, scripts: ScriptPool, directory: DeploymentDirectory) =>
        new Expectations({ source, scripts, directory }),
    },
    {
      provide: VerifySupervisor,
      inject: [
        REPLICATION_SETTINGS,
        CHANGE_TARGET,
        CHANGE_FEED,
        STATE_STORE,
        LEASE_KEEPER,
        OwnerVerifySource,
        OwnerSourceInquiry,
      ],
      useFactory: (
        { verify }: ReplicationSettings,
        sink: ChangeSink,
        database: ChangeSource,
        state: StateStore,
        leases: LeaseKeeper,
        source: OwnerVerifySource,
        inquiry: OwnerSourceInquiry,
      ) =>
        new VerifySupervisor({
          sink,
          database,
          state,
          leases,
          source,
          inquiry,
          logger: logFor('Verify'),
          schedule: verify && {
            everyMs: verify.everyHours * HOUR_MS,
            depth: verify.depth ?? 'content',
            repair: verify.repair ?? false,
          },
        }),
    },
  ],
  exports: [ReplicationVerify],
})
export class VerifyModule {}
