import { Module } from '@nestjs/common';
import type {
  ChangeLog,
  ChangeSource,
  ControlBoard,
  LeaseKeeper,
  StateStore,
} from '@nestjs-spark/contracts/internal';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import type { RavenConnection } from '@nestjs-spark/ravendb/internal';
import { ModuleIdentity, ModuleVerifier } from '@nestjs-spark/modules/internal';
import { CHANGE_FEED, STATE_STORE, STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import { RAVEN_CONNECTION } from '@nestjs-spark/store/internal';
import { CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { ConnectModule } from '../connect/connect.module.ts';
import { DeclareModule } from '../declare/declare.module.ts';
import { Shares } from '../declare/shares.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import { scriptBudgets } from '../settings/live-schema.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { ReplicationSettingsError } from '../settings/settings-error.ts';
import { CHANGE_LOG, CONTROL_BOARD, LEASE_KEEPER, REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { DeployController } from './deploy.controller.ts';
import { DeploymentDirectory } from './deployment-directory.ts';
import { DeploymentReconciler } from './deployment-reconciler.ts';
import { DeploymentStore } from './deployment-store.ts';
import { hopelessEngine } from './engines/choose-engine.ts';
import { EngineChooser } from './engines/engine-chooser.ts';
import { EngineSelection } from './engines/engine-selection.ts';
import { NATIVE_TASKS, ENGINES, type NativeTasks } from './engines/ports.ts';
import { RavenEtlEngine } from './engines/raven-etl-engine.ts';
import { StreamEngine } from './engines/stream-engine.ts';
import { EtlTaskManager } from './etl-task-manager.ts';
import { ScriptWarnings } from './inspect/script-warnings.ts';
import { DeploymentGate } from './receive/deployment-gate.ts';

/** The owner's side: accepts requests, records them, and has an engine carry them out. */
@Module({
  imports: [DeclareModule, ConnectModule, IdentifyModule],
  controllers: [DeployController],
  providers: [
    DeploymentDirectory,
    DeploymentGate,
    DeploymentReconciler,
    DeploymentStore,
    EngineSelection,
    EtlTaskManager,
    RavenEtlEngine,
    ScriptWarnings,
    StreamEngine,
    {
      provide: EngineChooser,
      inject: [REPLICATION_SETTINGS, LiveSettings, STORE_INFO, Shares],
      useFactory: (settings: ReplicationSettings, live: LiveSettings, store: StoreInfo, shares: Shares) => {
        const isGiven = ['option', 'environment'].includes(live.origin('engine'));
        const facts = { choice: settings.engine, isGiven, store: store.kind, shares: shares.all().length };
        const fault = hopelessEngine(facts);
        if (fault !== null) throw new ReplicationSettingsError([fault]);
        return new EngineChooser(settings, store);
      },
    },
    {
      provide: NATIVE_TASKS,
      inject: [RAVEN_CONNECTION],
      useFactory: openNativeTasks,
    },
    {
      provide: ENGINES,
      inject: [StreamEngine, RavenEtlEngine],
      useFactory: (stream: StreamEngine, native: RavenEtlEngine) => [stream, native],
    },
    // Classes of other libraries are independent of Nest, so they are constructed here.
    {
      provide: ScriptPool,
      inject: [REPLICATION_SETTINGS],
      useFactory: (settings: ReplicationSettings) =>
        new ScriptPool({ budgets: () => scriptBudgets(settings) }),
    },
    {
      provide: CaptureSupervisor,
      inject: [
        REPLICATION_SETTINGS,
        CHANGE_FEED,
        CHANGE_LOG,
        CONTROL_BOARD,
        LEASE_KEEPER,
        STATE_STORE,
        DeploymentDirectory,
        ScriptPool,
        ModuleIdentity,
        ModuleVerifier,
      ],
      useFactory: (
        settings: ReplicationSettings,
        source: ChangeSource,
        log: ChangeLog,
        control: ControlBoard,
        leases: LeaseKeeper,
        state: StateStore,
        directory: DeploymentDirectory,
        scripts: ScriptPool,
        identity: ModuleIdentity,
        verifier: ModuleVerifier,
      ) =>
        new CaptureSupervisor({
          owner: settings.moduleName,
          source,
          log,
          control,
          leases,
          directory,
          state,
          scripts,
          signer: identity.messageSigner(),
          verifier,
          logger: logFor('Capture'),
          batch: {
            get documents() {
              return settings.batchDocuments;
            },
          },
        }),
    },
  ],
  exports: [
    CaptureSupervisor,
    DeploymentDirectory,
    DeploymentGate,
    DeploymentReconciler,
    DeploymentStore,
    ENGINES,
    EngineChooser,
    ScriptPool,
  ],
})
export class DeployModule {}

/** Loads RavenDB's only if the store is RavenDB. */
async function openNativeTasks(ravendb: RavenConnection | null): Promise<NativeTasks | null> {
  if (!ravendb) return null;
  const { RavenNativeTasks } = await import('./engines/raven-native-tasks.ts');
  return new RavenNativeTasks(ravendb);
}
