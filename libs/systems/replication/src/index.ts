export { DeclarationError, type DeclarationFault } from './declare/declaration-error.ts';
export {
  OnReplicated,
  type Arrival,
  type OnReplicatedOptions,
} from './arrivals/listen/on-replicated.decorator.ts';
export type { HandlerStatus } from './arrivals/run/handler-status.ts';
export { Replicated, type ReplicatedOptions } from './declare/replicated.decorator.ts';
export { Shared, type SharedOptions } from './declare/shared.decorator.ts';
export { KeyFileError } from '@nestjs-spark/modules/internal';
export type { EngineChoice } from './settings/live-schema.ts';
export type { SparkReplicationOptions, VerifyScheduleOptions } from './settings/options.ts';
export { ReplicationSettingsError } from './settings/settings-error.ts';
export { SparkReplicationModule } from './module/spark-replication.module.ts';
export type { ArrivalOptions, ArrivalQuery } from './report/arrival/arrival-waits.ts';
export type { Freshness } from './report/freshness/freshness.ts';
export { ReplicationStatus } from './report/replication-status.ts';
export { ReplicationVerify, type VerifyOptions } from './verify/replication-verify.ts';
export type { VerifiedTask, VerifyExample, VerifyReport } from './verify/verify-report.ts';
export type { IncomingTask } from './tasks/task-status.ts';
export { isSparkRoute } from '@nestjs-spark/modules';
export { sparkConfig, type SparkConfig } from './settings/spark-config.ts';
export { SparkFlags } from './settings/spark-flags.ts';
