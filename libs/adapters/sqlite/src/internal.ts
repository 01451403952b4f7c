export * from './index.ts';
export { nodeSqlite } from './connect/node-sqlite.ts';
export { readVersion } from './connect/read-version.ts';
export { SqliteDatabase } from './connect/sqlite-database.ts';
export type { TableDeclaration } from './entities/declaration.ts';
export { SqliteDocumentWriter } from './entities/sqlite-document-writer.ts';
export { SqliteRepository } from './entities/sqlite-repository.ts';
export { declareTables, tableOf } from './entities/tables.ts';
export { EventTrimmer } from './events/event-trimmer.ts';
export { trimEvents } from './events/trim-events.ts';
export { changedRecords, type ChangedRecord, lastTakenIn } from './peers/changed-records.ts';
export { enablePeers, type PeerSetup } from './peers/enable-peers.ts';
export { LATEST_STAMP } from './peers/latest-stamp.ts';
export { noteRows } from './peers/note-rows.ts';
export { hasUnshown, takeUnshown } from './peers/unshown-records.ts';
export {
  keepDigest,
  keptDigest,
  recordState,
  recordStates,
  storedDocuments,
  type RecordState,
} from './peers/peer-drift.ts';
export { applyStash, listStash, type StashRow } from './peers/peer-stash.ts';
export { hasOldConflicts, trimConflicts } from './peers/trim-conflicts.ts';
export { PeerPlace } from './peers/peer-place.ts';
export type { PeerEventRow } from './peers/peer-event-row.ts';
export type { OpenDatabase } from './connect/open-database.ts';
export { PeerRows } from './peers/peer-rows.ts';
export {
  listConflicts,
  listEvents,
  listLives,
  listMembers,
  listOutcomes,
  type MemberRow,
  countRecords,
  peerFigures,
  type ConflictRow,
  type EntityFigures,
  type OutcomeRow,
  type WhichConflicts,
} from './peers/peer-figures.ts';
export { SqliteFile, type SqliteRow, type SqliteValue, type SqliteWork } from './plain/sqlite-file.ts';
export { SqliteChangeSource, type SqliteFeedOptions } from './read-changes/sqlite-change-source.ts';
export { SqliteStateStore } from './state/sqlite-state-store.ts';
export { SqliteChangeSink } from './write/sqlite-change-sink.ts';
export { unusableFile } from './connect/unusable-file.ts';
