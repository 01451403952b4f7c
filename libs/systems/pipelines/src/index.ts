export * from './embedded.ts';
export { PipelinesApiModule } from './module/pipelines-api.module.ts';
export { SparkPipelinesModule } from './module/spark-pipelines.module.ts';
export { PipelinesService, type Changed, type CheckpointView, type Move } from './serve/pipelines.service.ts';
export type { ListQuery } from './serve/select-pipelines.ts';
export type { EventView } from './serve/pipelines-feed.ts';
export { pipelinesAuthOptions } from './settings/auth-options.ts';
export { PipelinesSettingsError, type SparkPipelinesOptions } from './settings/settings.ts';
export { NoOwnerError } from './shard/ports.ts';
