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
import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { keysDir } from '@nestjs-spark/foundation';
import { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';
import { type IdentityOptions, SparkIdentityModule } from '@nestjs-spark/modules/internal';
import { HealthChecks, logFor, ModuleFacts } from '@nestjs-spark/observability/internal';
import { MetricsRegistry, ObservabilityModule } from '@nestjs-spark/observability';
import type { SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { MODULE_REGISTRY, STATE_STORE, StorePreparation } from '@nestjs-spark/store';
import { SQLITE_DATABASE } from '@nestjs-spark/store/internal';
import { peerStream } from './carry/names.ts';
import { findEntities, type PeerEntity } from './declare/find-entities.ts';
import { PeerNode } from './replicate/peer-node.ts';
import { PeerStore } from './replicate/peer-store.ts';
import { Snapshots } from './replicate/snapshots.ts';
import { registerPeerMetrics } from './report/peer-metrics.ts';
import { PeersCheck } from './report/peers-check.ts';
import { PeersController } from './report/peers.controller.ts';
import { Peers } from './report/peers.ts';
import { PeersReadyGuard } from './report/ready-guard.ts';
import { completeOptions, type PeersSettings, type SparkPeersOptions } from './settings/options.ts';

const SETTINGS = Symbol('SPARK_PEERS_SETTINGS');
const REPLICA = Symbol('SPARK_PEERS_REPLICA');

/** The parts of this node that belong together. */
interface Replica {
  readonly node: PeerNode;
  readonly peers: Peers;
  /** Filled when all of the application is known. */
  readonly entities: PeerEntity[];
}

/**
 * Makes the application one of several replicas of a service: each has its own SQLite file, writes to it at any time, and
 * receives what the others write. Import `forRoot()` beside `SparkStoreModule.forRoot({ store: 'sqlite:…' })`, and mark
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
    @Inject(SETTINGS) settings: PeersSettings,
    @Inject(REPLICA) replica: Replica,
    discovery: DiscoveryService,
    health: HealthChecks,
    metrics: MetricsRegistry,
    facts: ModuleFacts,
  ) {
    facts.add(() => ({ systems: { peers: '/spark/peers' } }));
    this.metrics = metrics;
    this.settings = settings;
    this.replica = replica;
    this.discovery = discovery;
    this.health = health;
  }

  /**
   * @throws {PeersSettingsError} when the options do not describe a replica
   * @throws {StoreRefusedError} at startup, when the store is not SQLite
   */
  static forRoot(options: SparkPeersOptions): DynamicModule {
    const settings = completeOptions(options);
    return {
      module: SparkPeersModule,
      imports: [
        DiscoveryModule,
        ObservabilityModule.forRoot(),
        SparkBusModule.forRoot({ name: nameOf(settings) }),
        SparkIdentityModule.forRootAsync({
          inject: [MODULE_REGISTRY, STATE_STORE, SparkBus],
          useFactory: (
            registry: ModuleRegistry | null,
            state: StateStore,
            bus: SparkBus,
          ): IdentityOptions => ({
            moduleName: nameOf(settings),
            moduleUrl: '',
            keysDir: keysDir(process.env),
            production: process.env['NODE_ENV'] === 'production',
            trustedKeys: new Map(),
            operatorToken: process.env['SPARK_OPERATOR_TOKEN'] || null,
            registry: registry ?? bus.registry,
            state,
            ledger: bus.tokens,
          }),
        }),
      ],
      controllers: [PeersController],
      providers: [
        { provide: SETTINGS, useValue: settings },
        {
          provide: REPLICA,
          inject: [SETTINGS, { token: SQLITE_DATABASE, optional: true }, SparkBus, StorePreparation],
          useFactory: makeReplica,
        },
        { provide: Peers, inject: [REPLICA], useFactory: ({ peers }: Replica) => peers },
        PeersReadyGuard,
      ],
      exports: [Peers, PeersReadyGuard],
    };
  }

  onApplicationBootstrap(): void {
    const { node, peers, entities } = this.replica;
    entities.push(...findEntities(this.discovery));
    this.health.add(new PeersCheck(peers));
    registerPeerMetrics(this.metrics.registry, peers);
    node.start(this.settings.offlineStart);
  }

  async onModuleDestroy(): Promise<void> {
    await this.replica.node.stop();
  }
}

function nameOf({ service, nodeId }: PeersSettings): string {
  return `${service}-${nodeId}`;
}

function makeReplica(
  settings: PeersSettings,
  database: SqliteDatabase | null,
  bus: SparkBus,
  preparation: StorePreparation,
): Replica {
  if (database === null) {
    throw new StoreRefusedError(
      'Each replica of a service needs its own SQLite file: use SparkStoreModule.forRoot({ store: "sqlite:PATH" }). RavenDB has its own replication',
    );
  }
  const entities: PeerEntity[] = [];
  const policyOf = (entity: string) =>
    entities.find(({ declaration }) => declaration.collection === entity)?.resolver ?? null;
  const stream = peerStream(settings.service);
  const store = new PeerStore(database, policyOf);
  const logger = logFor('Peers');
  const { connection } = bus;
  const { nodeId, maxBytes, keepEvents } = settings;
  const log = new JetStreamSharedLog({ connection, log: logger, stream, maxBytes });
  const node = new PeerNode({
    nodeId,
    store,
    log,
    snapshots: new Snapshots(nodeId, store, log),
    keepEvents,
    logger,
    async begin(signal) {
      await preparation.whenReady(signal);
      return store.begin(
        entities.map(({ declaration }) => declaration),
        settings.clockShiftMs,
      );
    },
  });
  const peers = new Peers({ settings, stream: stream.name, database, node, entities });
  return { node, peers, entities };
}
