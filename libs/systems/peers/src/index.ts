export { ReplicatedEntity, type ReplicatedEntityOptions } from './declare/replicated-entity.ts';
export type { Conflict, ConflictResolver, Resolution } from './merge/resolve.ts';
export { Peers, type PeersReadiness } from './report/peers.ts';
export type { EntityStatus, MemberStatus, PeersStatus } from './report/peers-status.ts';
export { type RemoteRead, RemoteReads } from './report/remote-reads.ts';
export { PeersReadyGuard } from './report/ready-guard.ts';
export { PeersSettingsError, type SparkPeersOptions } from './settings/options.ts';
export { type ReplicaChange, ReplicaChanges } from './tell/replica-changes.ts';
export { SparkPeersModule } from './spark-peers.module.ts';
