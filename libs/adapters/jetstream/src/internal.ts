export * from './index.ts';
export { JetStreamAuditLog } from './audit/jetstream-audit-log.ts';
export { serverAddressFault } from './connect/server-address.ts';
export * from './control/control-board.ts';
export * from './lease/lease-keeper.ts';
export { LeaseStore } from './lease/lease-store.ts';
export { leaseProbe } from './lease/lease-probe.ts';
export * from './ledger/jetstream-token-ledger.ts';
export * from './log/change-log.ts';
export { JetStreamSharedLog, type SharedLogMessage } from './log/shared-log.ts';
export { JetStreamPresence } from './presence/jetstream-presence.ts';
export { JetStreamRequests, type Answerer } from './presence/jetstream-requests.ts';
export { ensureStream, type Provisioned } from './provision/ensure-stream.ts';
export { lastMessage } from './provision/last-message.ts';
export * from './provision/streams.ts';
export { type BusGrants, joinGrants, mayPublish } from './permit/grants.ts';
export {
  commandGrants,
  contentGrants,
  eventGrants,
  laneGrants,
  logReaderGrants,
  logWriterGrants,
  moduleGrants,
  presenceGrants,
  requestGrants,
  recordReaderGrants,
  recordWriterGrants,
  removingLogGrants,
  revisedValueGrants,
  subjectLogGrants,
  valueWriterGrants,
} from './permit/bus-grants.ts';
export { provisionBus, provisionContents, provisionSharedLog } from './permit/provision-bus.ts';
export { createUserKey, readUserKey, type UserKey } from './permit/user-key.ts';
export { type RecordPlace, recordSubject } from './records/record-place.ts';
export {
  RecordStream,
  type RecordMessage,
  type RecordWrite,
  type StoredRecord,
} from './records/record-stream.ts';
export { LaneConsumers, type LaneMessage, type LaneSettings } from './records/lane-consumers.ts';
export { BigPayloads } from './log/big-payloads.ts';
export * from './registry/jetstream-module-registry.ts';
export { DurableConsumer, type DurableConsumerOptions } from './retry/durable-consumer.ts';
export {
  JetStreamSettingsStore,
  type JetStreamSettingsStoreOptions,
} from './settings/jetstream-settings-store.ts';
export { openBucket } from './provision/open-bucket.ts';
export { RevisedValues, type RevisedValue } from './records/revised-values.ts';
export { SubjectLog, type LoggedMessage, type SubjectLogOptions } from './records/subject-log.ts';
export { JsonRequests, NobodyListensError } from './transport/json-requests.ts';
