import { Module } from '@nestjs/common';
import type {
  ChangeLog,
  ChangeSink,
  ControlBoard,
  LeaseKeeper,
  ModuleRegistry,
  StateStore,
} from '@nestjs-spark/contracts/internal';
import {
  answersAt,
  ModuleIdentity,
  ModuleVerifier,
  OwnAddress,
  Registration,
} from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { CHANGE_TARGET, STATE_STORE, STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { ConnectModule } from '../connect/connect.module.ts';
import { DeclareModule } from '../declare/declare.module.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import {
  CHANGE_LOG,
  CONTROL_BOARD,
  JOINED_REGISTRY,
  LEASE_KEEPER,
  REPLICATION_SETTINGS,
} from '../settings/tokens.ts';
import { COMMAND_BUS } from './command-bus.ts';
import { DeployCommands } from './deploy-commands.ts';
import { DeployHandler } from './deploy-handler.ts';
import { DroppedTasks } from './dropped-tasks.ts';
import { JetStreamCommandBus } from './jetstream-command-bus.ts';
import { OwnerProbe } from './owner-probe.ts';
import { OwnerWatch } from './owner-watch.ts';
import { RequestLoop } from './request-loop.ts';
import { RequestStatus } from './request-status.ts';
import { RequestStore } from './request-store.ts';
import { Requests } from './requests.ts';
import { Revival } from './revival.ts';
import { OwnerSourceInquiry } from './source-inquiry.ts';

/** The requester's side: registers this module, sends its declarations to the owners, and applies what they send. */
@Module({
  imports: [DeclareModule, ConnectModule, IdentifyModule],
  providers: [
    DeployCommands,
    DeployHandler,
    DroppedTasks,
    OwnerProbe,
    OwnerSourceInquiry,
    OwnerWatch,
    RequestLoop,
    RequestStatus,
    RequestStore,
    Requests,
    Revival,
    { provide: COMMAND_BUS, useClass: JetStreamCommandBus },
    // Classes of other libraries are independent of Nest, so they are constructed here.
    {
      provide: Registration,
      inject: [REPLICATION_SETTINGS, JOINED_REGISTRY, CONTROL_BOARD, STORE_INFO, ModuleIdentity, OwnAddress],
      useFactory: (
        { moduleName, version }: ReplicationSettings,
        registry: ModuleRegistry,
        board: ControlBoard,
        { databaseName, databaseUrls }: StoreInfo,
        identity: ModuleIdentity,
        address: OwnAddress,
      ) =>
        new Registration({
          registry,
          board,
          log: logFor('Registration'),
          identity,
          answers: answersAt,
          describe: async (signal) => ({
            appName: moduleName,
            appUrl: await address.known(signal),
            databaseName,
            databaseUrls,
            ...(version === null ? {} : { version }),
          }),
        }),
    },
    {
      provide: ApplySupervisor,
      inject: [
        CHANGE_TARGET,
        CHANGE_LOG,
        CONTROL_BOARD,
        LEASE_KEEPER,
        STATE_STORE,
        OwnerSourceInquiry,
        ModuleVerifier,
      ],
      useFactory: (
        sink: ChangeSink,
        log: ChangeLog,
        control: ControlBoard,
        leases: LeaseKeeper,
        state: StateStore,
        source: OwnerSourceInquiry,
        verifier: ModuleVerifier,
      ) =>
        new ApplySupervisor({
          sink,
          log,
          control,
          leases,
          source,
          state,
          verifier,
          logger: logFor('Apply'),
        }),
    },
  ],
  exports: [ApplySupervisor, DeployCommands, OwnerSourceInquiry, RequestLoop, RequestStatus],
})
export class RequestModule {}
