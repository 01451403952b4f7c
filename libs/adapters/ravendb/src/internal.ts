export * from './index.ts';
export { ensureDatabase, type EnsureDatabaseOptions } from './connect/ensure-database.ts';
export { requireRights } from './connect/check-rights.ts';
export { createDocumentStore } from './connect/document-store.ts';
export { RavenHttp } from './connect/raven-http.ts';
export { describeUrls } from './connect/settings.ts';
export { RavenChangeSource, type RavenFeedOptions } from './read-changes/raven-change-source.ts';
export { RavenChangeSink } from './write/raven-change-sink.ts';
export { RavenConnection } from './connect/raven-connection.ts';
export { RavenDocumentWriter } from './entities/raven-document-writer.ts';
export { RavenRepository } from './entities/raven-repository.ts';
export { RavenModuleRegistry } from './registry/raven-module-registry.ts';
export { RavenStateStore } from './state/raven-state-store.ts';
export { ensureIndexes } from './entities/ensure-indexes.ts';
export { readVersion } from './connect/read-version.ts';
export { readLicence, type RavenLicence } from './licence/read-licence.ts';
export { LicenceRefusedError } from './etl-tasks/client-errors.ts';
export { listEtlConnections, putEtlConnection, type EtlConnection } from './etl-tasks/connection-strings.ts';
export {
  findEtlTask,
  readEtlProgress,
  readEtlStatistics,
  type EtlProgress,
  type EtlStatistics,
  type EtlTaskInfo,
} from './etl-tasks/etl-status.ts';
export {
  addEtlTask,
  deleteEtlTask,
  resetEtl,
  updateEtlTask,
  type EtlTaskDefinition,
  type EtlTransformation,
} from './etl-tasks/etl-task.ts';
