import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { SparkBus } from '@nestjs-spark/bus';
import { JetStreamPresence, JetStreamRequests, JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';
import type { ModuleIdentity, OperatorToken } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import type { SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import type { StorePreparation } from '@nestjs-spark/store';
import { AnswerPeers } from './answer/answer-peers.ts';
import { AskPeers } from './answer/ask-peers.ts';
import type { Writer } from './carry/message.ts';
import { peerStream } from './carry/names.ts';
import type { PeerEntity } from './declare/find-entities.ts';
import { DriftCheck } from './compare/drift-check.ts';
import { DriftStore } from './drift/drift-store.ts';
import { DriftWatch } from './compare/drift-watch.ts';
import type { PolicyOf } from './merge/show.ts';
import { PRESENCE_BUCKET, PRESENCE_MS } from './presence/heartbeat.ts';
import { Presence } from './presence/presence.ts';
import { PeerNode } from './replicate/peer-node.ts';
import { PeerStore } from './replicate/peer-store.ts';
import { Snapshots } from './replicate/snapshots.ts';
import { Peers } from './report/peers.ts';
import { RemoteReads } from './report/remote-reads.ts';
import { closeMember } from './retire/close-member.ts';
import { closeProof } from './retire/close-proof.ts';
import { Retirement } from './retire/retirement.ts';
import type { PeersSettings } from './settings/options.ts';
import { ReplicaChanges } from './tell/replica-changes.ts';
import { Expiry } from './expire/expiry.ts';
import { PeerEventTrimmer } from './trim/event-trimmer.ts';

/** The components of this node. */
export interface Replica {
  readonly node: PeerNode;
  readonly peers: Peers;
  readonly reads: RemoteReads;
  readonly changes: ReplicaChanges;
  readonly check: DriftCheck;
  readonly drift: DriftWatch;
  /** Filled once all of the application's providers are known. */
  readonly entities: PeerEntity[];
  readonly disabled: string[];
  start(): void;
  stop(): Promise<void>;
}

/** What a node is built from. */
export interface ReplicaGround {
  readonly settings: PeersSettings;
  readonly database: SqliteDatabase | null;
  readonly bus: SparkBus;
  readonly preparation: StorePreparation;
  readonly identity: ModuleIdentity;
  readonly operator: OperatorToken;
}

/** @throws {StoreRefusedError} if the store is not SQLite */
export function makeReplica(ground: ReplicaGround): Replica {
  const { settings, database, bus, preparation } = ground;
  if (database === null) {
    throw new StoreRefusedError(
      'Each replica of a service needs its own SQLite file: use SparkStoreModule.forRoot({ store: "sqlite:PATH" }). RavenDB has its own replication',
    );
  }
  const { service, nodeId, maxBytes, keepEvents, snapshots, driftEverySeconds } = settings;
  const entities: PeerEntity[] = [];
  const disabled: string[] = [];
  const policyOf: PolicyOf = (entity) =>
    entities.find(({ declaration }) => declaration.collection === entity)?.resolver ?? null;
  const logger = logFor('Peers');
  const { connection } = bus;
  const stream = peerStream(service);
  const store = makeStore(ground, database, policyOf);
  const log = new JetStreamSharedLog({ connection, log: logger, stream, maxBytes });
  const requests = new JetStreamRequests(connection, logger);
  const ask = new AskPeers(requests, service);
  const node = new PeerNode({
    writer: writerOf(ground),
    store,
    log,
    snapshots: new Snapshots(writerOf(ground), store, log, snapshots.partBytes),
    keepEvents,
    logger,
    askForSnapshot: () => ask.snapshot(),
    async begin(signal) {
      await preparation.whenReady(signal);
      return store.begin(
        entities.map(({ declaration }) => declaration),
        settings.clockShiftMs,
        signal,
      );
    },
  });
  const driftStore = new DriftStore(database, policyOf);
  const check = new DriftCheck(driftStore, ask);
  const drift = new DriftWatch({
    check,
    store: driftStore,
    everyMs: driftEverySeconds * 1_000,
    logger,
    entities: () => entities.map(({ declaration }) => declaration.collection),
    others: () => presence.others.filter(({ state }) => state === 'ready').map((other) => other.node),
  });
  const presence = new Presence({
    service,
    node: nodeId,
    values: new JetStreamPresence(connection, PRESENCE_BUCKET, PRESENCE_MS),
    logger,
    beat: () => peers.beat(),
    tag: () => store.tag(),
    changeTag: () => store.changeTag(),
  });
  const peers = new Peers({
    settings,
    stream: stream.name,
    database,
    node,
    entities,
    disabled,
    drift,
    others: () => presence.others,
  });
  const retirement = new Retirement({
    afterMs: settings.retireAfterSeconds * 1_000,
    joiningAfterMs: settings.joiningRetireAfterSeconds * 1_000,
    logger,
    present: () => (node.state.log === 'connected' ? presence.fresh : null),
    members: () => peers.openMembers(),
    close: (member) => closeMember({ service, peer: node, operator: ground.operator }, member),
  });
  const trimmer = new PeerEventTrimmer(database, keepEvents, logger);
  const { keepDeletesSeconds } = settings;
  const keepMs = keepDeletesSeconds === 0 ? Infinity : keepDeletesSeconds * 1_000;
  const expiry = new Expiry({ database, keepMs, state: node.state, logger });
  const changes = new ReplicaChanges({ database, node: nodeId, entities, logger });
  const answers = new AnswerPeers({
    service,
    node: nodeId,
    store: driftStore,
    requests,
    state: () => node.state,
    hasEntity: (entity) => peers.entity(entity) !== null,
    beginSnapshot: () => node.beginSnapshot(),
  });
  const stop = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  return {
    node,
    peers,
    reads: new RemoteReads(ask, entities),
    changes,
    check,
    drift,
    entities,
    disabled,
    start() {
      node.start(settings.offlineStart);
      running = Promise.all([whenBegun(), whenReady()]);
    },
    async stop() {
      stop.abort();
      await node.stop();
      await running;
    },
  };

  async function whenBegun(): Promise<void> {
    await node.whenBegun();
    await Promise.all([presence, changes].map((part) => part.run(stop.signal)));
  }

  /** Only a complete node answers requests. */
  async function whenReady(): Promise<void> {
    await node.whenReady();
    await Promise.all([answers, drift, retirement, trimmer, expiry].map((part) => part.run(stop.signal)));
  }
}

function makeStore(
  { settings, identity, operator }: ReplicaGround,
  database: SqliteDatabase,
  policyOf: PolicyOf,
): PeerStore {
  return new PeerStore(database, policyOf, {
    node: settings.nodeId,
    keyId: identity.keyId,
    isProven: (close) => operator.isProof(closeProof(settings.service, close), close.proof),
  });
}

function writerOf({ settings, identity }: ReplicaGround): Writer {
  return {
    service: settings.service,
    node: settings.nodeId,
    signer: identity.messageSigner(),
    key: identity.publicKey.x,
  };
}
