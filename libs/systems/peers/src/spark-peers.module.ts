import {
  type DynamicModule,
  Global,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { SparkBus, SparkBusModule } from '@nestjs-spark/bus';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { keysDir } from '@nestjs-spark/foundation';
import {
  type IdentityOptions,
  ModuleIdentity,
  OperatorToken,
  SparkIdentityModule,
} from '@nestjs-spark/modules/internal';
import { HealthChecks, ModuleFacts } from '@nestjs-spark/observability/internal';
import { MetricsRegistry, ObservabilityModule } from '@nestjs-spark/observability';
import type { SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import {
  MODULE_REGISTRY,
  STATE_STORE,
  STORE_INFO,
  type StoreInfo,
  StorePreparation,
} from '@nestjs-spark/store';
import { describeStore, SQLITE_DATABASE } from '@nestjs-spark/store/internal';
import { findDisabled, findEntities } from './declare/find-entities.ts';
import { DriftCheck } from './compare/drift-check.ts';
import { DriftWatch } from './compare/drift-watch.ts';
import { makeReplica, type Replica } from './replica.ts';
import { PeerNode } from './replicate/peer-node.ts';
import { registerPeerMetrics } from './report/peer-metrics.ts';
import { OperatePeersController } from './report/operate.controller.ts';
import { PeersCheck } from './report/peers-check.ts';
import { PeersController } from './report/peers.controller.ts';
import { Peers } from './report/peers.ts';
import { PeersReadyGuard } from './report/ready-guard.ts';
import { RemoteReads } from './report/remote-reads.ts';
import { operatorTokenIn } from './settings/operator-token.ts';
import {
  completeOptions,
  PEERS_SETTINGS,
  type PeersSettings,
  type SparkPeersOptions,
} from './settings/options.ts';
import { ReplicaChanges } from './tell/replica-changes.ts';

const REPLICA = Symbol('SPARK_PEERS_REPLICA');

/**
 * Makes the application one of several replicas of a service: each has its own SQLite file, writes to it at any time, and
 * receives what the others write. Import `forRoot()` next to `SparkStoreModule.forRoot({ store: 'sqlite:…' })`, and mark
 * entities with `@ReplicatedEntity()`; repositories are used as before.
 */
@Global()
@Module({})
export class SparkPeersModule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly settings: PeersSettings;
  private readonly replica: Replica;
  private readonly discovery: DiscoveryService;
  private readonly health: HealthChecks;
  private readonly metrics: MetricsRegistry;

  constructor(
    @Inject(PEERS_SETTINGS) settings: PeersSettings,
    @Inject(REPLICA) replica: Replica,
    discovery: DiscoveryService,
    health: HealthChecks,
    metrics: MetricsRegistry,
    facts: ModuleFacts,
    @Inject(STORE_INFO) store: StoreInfo,
  ) {
    facts.add(() => ({ systems: { peers: '/spark/peers' } }));
    facts.add(() => describeStore(store));
    this.metrics = metrics;
    this.settings = settings;
    this.replica = replica;
    this.discovery = discovery;
    this.health = health;
  }

  /**
   * @throws {PeersSettingsError} if the options are invalid
   * @throws {StoreRefusedError} at startup, if the store is not SQLite
   */
  static forRoot(options: SparkPeersOptions): DynamicModule {
    const settings = completeOptions(options);
    return {
      module: SparkPeersModule,
      imports: [
        DiscoveryModule,
        ObservabilityModule.forRoot(),
        SparkBusModule.forRoot({ name: settings.moduleName }),
        SparkIdentityModule.forRootAsync({
          inject: [MODULE_REGISTRY, STATE_STORE, SparkBus],
          useFactory: async (
            registry: ModuleRegistry | null,
            state: StateStore,
            bus: SparkBus,
          ): Promise<IdentityOptions> => ({
            moduleName: settings.moduleName,
            moduleUrl: '',
            keysDir: keysDir(process.env),
            production: process.env['NODE_ENV'] === 'production',
            trustedKeys: new Map(),
            operatorToken: await operatorTokenIn(process.env),
            registry: registry ?? bus.registry,
            state,
            ledger: bus.tokens,
            audit: bus.audit,
          }),
        }),
      ],
      controllers: [PeersController, OperatePeersController],
      providers: [
        { provide: PEERS_SETTINGS, useValue: settings },
        {
          provide: REPLICA,
          inject: [
            PEERS_SETTINGS,
            { token: SQLITE_DATABASE, optional: true },
            SparkBus,
            StorePreparation,
            ModuleIdentity,
            OperatorToken,
          ],
          useFactory: (
            replicaSettings: PeersSettings,
            database: SqliteDatabase | null,
            bus: SparkBus,
            preparation: StorePreparation,
            identity: ModuleIdentity,
            operator: OperatorToken,
          ) => makeReplica({ settings: replicaSettings, database, bus, preparation, identity, operator }),
        },
        { provide: Peers, inject: [REPLICA], useFactory: ({ peers }: Replica) => peers },
        { provide: RemoteReads, inject: [REPLICA], useFactory: ({ reads }: Replica) => reads },
        { provide: ReplicaChanges, inject: [REPLICA], useFactory: ({ changes }: Replica) => changes },
        { provide: PeerNode, inject: [REPLICA], useFactory: ({ node }: Replica) => node },
        { provide: DriftCheck, inject: [REPLICA], useFactory: ({ check }: Replica) => check },
        { provide: DriftWatch, inject: [REPLICA], useFactory: ({ drift }: Replica) => drift },
        PeersReadyGuard,
      ],
      exports: [Peers, RemoteReads, ReplicaChanges, PeersReadyGuard],
    };
  }

  onApplicationBootstrap(): void {
    const { node, peers, drift, entities, disabled } = this.replica;
    entities.push(...findEntities(this.discovery));
    disabled.push(...findDisabled(this.discovery));
    this.health.add(new PeersCheck(peers, this.settings.maxClockOffsetSeconds * 1_000));
    registerPeerMetrics(this.metrics.registry, { peers, node, drift });
    this.replica.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.replica.stop();
  }
}
