export {
  ContentRefusedError,
  ProblemError,
  Repository,
  StoreRefusedError,
  UnavailableError,
  VERSION,
  VersionConflictError,
  type ListQuery,
  type Page,
  type Stored,
  type Where,
} from '@nestjs-spark/contracts';
export { isSparkRoute } from '@nestjs-spark/modules';
export { MetricsRegistry, SparkHealthIndicator, SparkProblemModule } from '@nestjs-spark/observability';
export {
  DeclarationError,
  Replicated,
  ReplicationSettingsError,
  ReplicationStatus,
  Shared,
  sparkConfig,
  SparkFlags,
  type Freshness,
  type IncomingTask,
  type ReplicatedOptions,
  type SharedOptions,
  type SparkConfig,
} from '@nestjs-spark/replication';
export {
  Decimal,
  Entity,
  EntityDeclarationError,
  Field,
  InjectRepository,
  mapOf,
  repositoryToken,
  setOf,
  SparkTransactions,
  type EntityOptions,
  type SparkTransaction,
} from '@nestjs-spark/store';
export type { SparkOptions } from './options.ts';
export { SparkModule } from './spark.module.ts';
