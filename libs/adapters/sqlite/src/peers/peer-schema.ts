import { NOW } from '../schema/now.ts';
import { quoteName, quoteText } from '../schema/table-name.ts';
import { LATEST_STAMP } from './latest-stamp.ts';
import { eventTriggerSql } from './peer-event-table.ts';

/** A file's tables as one of several replicas. `taken` orders: origins by when they were begun here, events by arrival. */
export const PEER_TABLES = `
  CREATE TABLE IF NOT EXISTS spark_peer (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    tag TEXT NOT NULL,
    node TEXT,
    position INTEGER NOT NULL DEFAULT 0,
    position_at INTEGER,
    news INTEGER NOT NULL DEFAULT 0,
    log TEXT,
    whole INTEGER NOT NULL DEFAULT FALSE,
    clock INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    applying INTEGER NOT NULL DEFAULT FALSE,
    tx INTEGER NOT NULL DEFAULT 0,
    trimmed INTEGER NOT NULL DEFAULT 0,
    horizon INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE IF NOT EXISTS spark_peer_origins (
    origin TEXT PRIMARY KEY,
    taken INTEGER UNIQUE,
    applied INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    logged INTEGER NOT NULL DEFAULT 0,
    tail INTEGER NOT NULL DEFAULT 0,
    node TEXT,
    closed INTEGER,
    heard INTEGER,
    ack INTEGER NOT NULL DEFAULT 0,
    stable INTEGER NOT NULL DEFAULT 0,
    knows INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE IF NOT EXISTS spark_peer_events (
    taken INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    number INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    entity TEXT NOT NULL,
    record_id TEXT NOT NULL COLLATE NOCASE,
    operation_type TEXT NOT NULL,
    data TEXT,
    timestamp INTEGER NOT NULL,
    sees TEXT NOT NULL,
    resolver_version INTEGER,
    tx INTEGER,
    past INTEGER,
    UNIQUE (origin, number)
  );
  CREATE INDEX IF NOT EXISTS spark_peer_events_by_record ON spark_peer_events (entity, record_id);
  CREATE INDEX IF NOT EXISTS spark_peer_events_deletes ON spark_peer_events (hlc) WHERE operation_type = 'DELETE';
  CREATE TABLE IF NOT EXISTS spark_peer_heads (
    entity TEXT NOT NULL,
    record_id TEXT NOT NULL COLLATE NOCASE,
    origin TEXT NOT NULL,
    number INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    PRIMARY KEY (entity, record_id, origin, number)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spark_peer_conflicts (
    number INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    record_id TEXT NOT NULL COLLATE NOCASE,
    heads TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT (${NOW}),
    ended INTEGER
  );
  CREATE TABLE IF NOT EXISTS spark_peer_conflicts_removed (
    entity TEXT PRIMARY KEY,
    removed INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spark_peer_lives (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL DEFAULT (${NOW}),
    why TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS spark_peer_stash (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL DEFAULT (${NOW}),
    why TEXT NOT NULL,
    origin TEXT NOT NULL,
    event INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS spark_peer_digest (
    entity TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    figure INTEGER NOT NULL,
    PRIMARY KEY (entity, bucket)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS spark_peer_conflicts_open ON spark_peer_conflicts (entity, record_id) WHERE ended IS NULL;
  CREATE VIEW IF NOT EXISTS spark_peer_tombstones AS
    SELECT head.entity, head.record_id, head.origin, head.number, head.hlc
    FROM spark_peer_heads AS head JOIN spark_peer_events AS event USING (origin, number)
    WHERE event.operation_type = 'DELETE' AND NOT EXISTS
      (SELECT 1 FROM spark_peer_heads AS other WHERE other.entity = head.entity AND other.record_id = head.record_id
         AND (other.origin, other.number) <> (head.origin, head.number));
`;

/** Columns missing from files of earlier versions. */
export const ADDED_COLUMNS = [
  { table: 'spark_peer', column: 'node', type: 'TEXT' },
  { table: 'spark_peer', column: 'position_at', type: 'INTEGER' },
  { table: 'spark_peer', column: 'news', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer', column: 'skipped', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer', column: 'tx', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer', column: 'trimmed', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer', column: 'horizon', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer', column: 'removed', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer_events', column: 'tx', type: 'INTEGER' },
  { table: 'spark_peer_events', column: 'past', type: 'INTEGER' },
  { table: 'spark_peer_origins', column: 'logged', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer_origins', column: 'closed', type: 'INTEGER' },
  { table: 'spark_peer_origins', column: 'heard', type: 'INTEGER' },
  { table: 'spark_peer_origins', column: 'ack', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer_origins', column: 'stable', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'spark_peer_origins', column: 'knows', type: 'INTEGER NOT NULL DEFAULT 0' },
] as const;

/**
 * In the order in which the file takes events, none gets the place of one that was removed: a reader that has read past that place would
 * not see it. SQLite alone would assign the places after the last remaining event again.
 */
export const PLACE_TRIGGERS = `
  CREATE TRIGGER IF NOT EXISTS spark_peer_events_removed AFTER DELETE ON spark_peer_events
  WHEN OLD.taken > (SELECT ifnull(max(taken), 0) FROM spark_peer_events)
  BEGIN
    UPDATE spark_peer SET removed = max(removed, OLD.taken);
  END;
  CREATE TRIGGER IF NOT EXISTS spark_peer_events_placed AFTER INSERT ON spark_peer_events
  WHEN NEW.taken <= (SELECT removed FROM spark_peer)
  BEGIN
    UPDATE spark_peer_events SET taken = 1 + (SELECT removed FROM spark_peer) WHERE taken = NEW.taken;
  END;
`;

/** Microseconds since 1970 by the log's clock, as far as this file knows it. */
const LOG_TIME = `(${NOW} * 1000 + (SELECT clock FROM spark_peer))`;

/**
 * Records an event for each change of a table, in the change's own transaction, whoever makes the change. It follows the table's
 * change event, so it also covers the statements of other programs that the table's triggers cover. What is applied from other
 * nodes records none.
 */
export function peerTriggerSql(table: string, entity: string): string {
  const document = `(SELECT _document FROM ${quoteName(table)} WHERE id = NEW.record_id)`;
  const data = `iif(NEW.operation_type = 'DELETE', NULL, ${document})`;
  return eventTriggerSql(
    table,
    noteEventSql(entity, 'NEW.record_id', 'NEW.operation_type', data, 'NEW.timestamp'),
  );
}

/**
 * The statements of a trigger that record one own event. Every write pays for each of them, and for opening each table and index
 * that they write to, so the usual case is checked first: a record with one head needs no sorted list of heads.
 */
function noteEventSql(entity: string, id: string, operation: string, data: string, at: string): string {
  const record = `entity = ${quoteText(entity)} AND record_id = ${id}`;
  const names = `SELECT origin || ':' || number AS name FROM spark_peer_heads WHERE ${record}`;
  const sees = `CASE (SELECT count(*) FROM spark_peer_heads WHERE ${record})
          WHEN 0 THEN '' WHEN 1 THEN (${names})
          ELSE (SELECT group_concat(name, ',') FROM (${names} ORDER BY name)) END`;
  return `
      UPDATE spark_peer_origins SET applied = applied + 1 WHERE origin = (SELECT origin FROM spark_peer);
      INSERT INTO spark_peer_events (origin, number, hlc, entity, record_id, operation_type, data, timestamp, sees, tx)
      SELECT own.origin, own.applied,
        min(${LATEST_STAMP}, max(${LOG_TIME}, 1 + ifnull((SELECT max(hlc) FROM spark_peer_heads WHERE ${record}), 0))),
        ${quoteText(entity)}, ${id}, ${operation}, ${data}, ${at}, ${sees},
        ifnull((SELECT tx FROM spark_peer WHERE tx BETWEEN 1 AND own.applied), own.applied)
      FROM spark_peer_origins AS own WHERE own.origin = (SELECT origin FROM spark_peer);
      DELETE FROM spark_peer_heads WHERE ${record};
      INSERT INTO spark_peer_heads (entity, record_id, origin, number, hlc)
      SELECT entity, record_id, origin, number, hlc FROM spark_peer_events WHERE taken = (SELECT max(taken) FROM spark_peer_events);
      UPDATE spark_peer_conflicts SET ended = ${NOW}
      WHERE number = (SELECT number FROM spark_peer_conflicts WHERE ${record} AND ended IS NULL);`;
}
