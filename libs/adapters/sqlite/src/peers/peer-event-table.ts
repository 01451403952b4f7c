import type { OpenDatabase } from '../connect/open-database.ts';
import { isReplicated } from '../connect/replicated.ts';
import type { DocumentTable } from '../entities/document-table.ts';
import { keepsEtags } from '../entities/keeps-etags.ts';
import { allTables, findTable } from '../entities/tables.ts';
import { KEPT_EVENTS } from '../events/trim-events.ts';
import { triggerName } from '../schema/event-table-sql.ts';
import { eventTableName, quoteName, quoteText } from '../schema/table-name.ts';
import type { PeerEventName, PeerRecordName } from './peer-event-row.ts';

/** The columns of a replicated collection's event table in addition to those of every event table. */
const COLUMNS = [
  'etag INTEGER',
  'hlc INTEGER',
  'sees TEXT',
  'tx INTEGER',
  'resolves TEXT',
  'resolver_version INTEGER',
] as const;

/**
 * Gives an event table the columns of a replica; in a write transaction that may alter tables.
 * @param wasReplicated by a version that kept the events of replicas elsewhere only, and this file's numbers here
 * @returns whether it lacked them
 */
export function addEventColumns(open: OpenDatabase, table: string, wasReplicated: boolean): boolean {
  const events = quoteName(eventTableName(table));
  const isNew = !keepsEtags(open, table);
  open.db.exec(`DROP TRIGGER IF EXISTS ${quoteName(triggerName(table, 'kept'))}`);
  if (isNew) {
    for (const column of COLUMNS) open.db.exec(`ALTER TABLE ${events} ADD COLUMN ${column}`);
    open.db.exec(`
      DROP INDEX IF EXISTS ${quoteName(`${eventTableName(table)}_deletes`)};
      UPDATE ${events} SET etag = sequence_number;
      CREATE INDEX ${quoteName(`${eventTableName(table)}_etags`)} ON ${events} (operation_type, etag);
    `);
    // Each of them is also an event of the replica; readers only need the deletes.
    if (wasReplicated) open.db.exec(`DELETE FROM ${events} WHERE operation_type <> 'DELETE'`);
  }
  open.db.exec(keptTriggerSql(table));
  return isNew;
}

/** Adds the latest events of the file, whatever their collections, to event tables that lack them. */
export function showLatest(open: OpenDatabase): void {
  for (const table of allTables(open))
    if (isReplicated(open, table.collection)) showLatestOf(open, table.collection, table.name);
}

/** The same for one collection, which may own only some of the latest: finding more of its own would mean reading all events. */
export function showLatestOf(open: OpenDatabase, entity: string, table: string): void {
  const events = quoteName(eventTableName(table));
  const place = 'SELECT taken FROM spark_peer_events ORDER BY taken DESC LIMIT 1 OFFSET ?';
  const shownAt = `(SELECT _etag FROM ${quoteName(table)} AS row WHERE row.id = taken_event.record_id AND row._document = taken_event.data)`;
  open
    .prepare(
      `INSERT OR IGNORE INTO ${events} (${NAMES})
       SELECT ${valuesOf('taken_event', `ifnull(${shownAt}, ${LAST_ETAG})`)} FROM spark_peer_events AS taken_event
       WHERE taken > ifnull((${place}), 0) AND +entity = ? ORDER BY taken`,
    )
    .run(KEPT_EVENTS, entity);
}

/** Copies the events of a collection into its table. */
export function fillEventTable(open: OpenDatabase, entity: string, table: string): void {
  const events = quoteName(eventTableName(table));
  // Using its index, the collection would have to be sorted in memory.
  open.db.exec(`
    INSERT OR IGNORE INTO ${events} (${NAMES})
    SELECT ${valuesOf('taken_event')} FROM spark_peer_events AS taken_event
    WHERE +entity = ${quoteText(entity)} ORDER BY taken`);
}

/** Whether a table that has the columns lacks the events: a backup omits them, and an interrupted loading of a snapshot has not added them. */
export function isEventTableEmpty(open: OpenDatabase, table: string): boolean {
  const events = quoteName(eventTableName(table));
  return open.row(`SELECT 1 FROM ${events} WHERE hlc IS NOT NULL LIMIT 1`) === null;
}

/**
 * To be called after a table of an earlier version was filled: identifies a delete under this file's number with the replica's
 * event.
 */
export function joinDeletes(open: OpenDatabase, table: string): void {
  const events = quoteName(eventTableName(table));
  open.db.exec(`
    UPDATE ${events} AS event SET etag = before.etag
    FROM (SELECT record_id, timestamp, etag FROM ${events} WHERE hlc IS NULL AND operation_type = 'DELETE') AS before
    WHERE event.hlc IS NOT NULL AND event.operation_type = 'DELETE'
      AND event.record_id = before.record_id AND event.timestamp = before.timestamp;
    UPDATE spark_database SET moving = TRUE;
    DELETE FROM ${events} WHERE hlc IS NULL
      AND etag IN (SELECT etag FROM ${events} WHERE operation_type = 'DELETE' AND hlc IS NOT NULL);
    UPDATE spark_database SET moving = FALSE;`);
}

/** Shows an event that came from elsewhere, or was renumbered. */
export function showEvent(
  open: OpenDatabase,
  table: DocumentTable | null,
  { origin, number }: PeerEventName,
): void {
  const events = eventsOf(open, table);
  if (events === null) return;
  open
    .prepare(
      `INSERT OR IGNORE INTO ${events} (${NAMES})
       SELECT ${valuesOf('taken_event')} FROM spark_peer_events AS taken_event WHERE origin = ? AND number = ?`,
    )
    .run(origin, number);
}

/** Removes an event that gets another number. Readers of this file still see its delete, under this file's number. */
export function hideEvent(open: OpenDatabase, { origin, number }: PeerEventName): void {
  const entity = open.row<{ entity: string }>(
    'SELECT entity FROM spark_peer_events WHERE origin = ? AND number = ?',
    origin,
    number,
  );
  const events = entity && eventsOf(open, findTable(open, entity.entity));
  if (!events) return;
  const isIt = 'source_node_id = ? AND sequence_number = ?';
  open
    .prepare(
      `UPDATE ${events} SET id = ? || '-' || etag, source_node_id = ?, sequence_number = etag, hlc = 0
       WHERE ${isIt} AND operation_type = 'DELETE' AND etag IS NOT NULL`,
    )
    .run(open.databaseId, open.databaseId, origin, number);
  open.prepare('UPDATE spark_database SET moving = TRUE').run();
  open.prepare(`DELETE FROM ${events} WHERE ${isIt}`).run(origin, number);
  open.prepare('UPDATE spark_database SET moving = FALSE').run();
}

/** What a row shows, and the event behind it if known. */
interface Shown extends PeerRecordName {
  readonly data: string | null;
  readonly by: PeerEventName | undefined;
}

/** Records which change of this file showed an event, so that its readers learn of it, deletes included. */
export function noteShown(
  open: OpenDatabase,
  table: DocumentTable,
  { entity, recordId, data, by }: Shown,
): void {
  const events = eventsOf(open, table);
  if (events === null) return;
  const { databaseId, lastEtag } = open;
  const note = open.prepare(`UPDATE ${events} SET etag = ? WHERE source_node_id = ? AND sequence_number = ?`);
  if (by && note.run(lastEtag, by.origin, by.number).changes !== 0) return;
  const event = open.row<{ origin: string; number: number }>(
    `SELECT origin, number FROM spark_peer_events
     WHERE entity = ? AND record_id = ? AND data IS ${data === null ? 'NULL' : '?'} ORDER BY taken DESC LIMIT 1`,
    entity,
    recordId,
    ...(data === null ? [] : [data]),
  );
  const noted = event !== null && note.run(lastEtag, event.origin, event.number).changes !== 0;
  if (noted || data !== null) return;
  // A resolver has removed it on this node only: there is no event for that yet.
  open
    .prepare(
      `INSERT INTO ${events} (id, operation_type, record_id, timestamp, source_node_id, sequence_number, etag, hlc, sees)
       VALUES (? || '-' || ?, 'DELETE', ?, ?, ?, ?, ?, 0, '')`,
    )
    .run(databaseId, lastEtag, recordId, Date.now(), databaseId, lastEtag, lastEtag);
}

/** The table that shows the events of a collection; null for one that is not replicated here. */
export function eventsOf(open: OpenDatabase, table: DocumentTable | null): string | null {
  return table && isReplicated(open, table.collection) ? table.quotedEvents : null;
}

const LAST_ETAG = '(SELECT last_etag FROM spark_database)';

/** The columns of an event table that an event of the replica fills. */
export const NAMES = `id, operation_type, record_id, data, timestamp, source_node_id, sequence_number, etag, hlc, sees, tx, resolves, resolver_version`;

/**
 * An event of the replica as a row of its table. A delete gets the number of this file's change once the row is gone: its readers
 * go by it.
 * @param etag the number that any other event gets: that of the change that showed it
 */
function valuesOf(row: string, etag = LAST_ETAG): string {
  const isWrite = `${row}.resolver_version IS NULL`;
  return `${row}.origin || '-' || ${row}.number, ${row}.operation_type, ${row}.record_id, ${row}.data, ${row}.timestamp,
    ${row}.origin, ${row}.number, iif(${row}.operation_type = 'DELETE', NULL, ${etag}), ${row}.hlc, iif(${isWrite}, ${row}.sees, ''), ifnull(${row}.tx, ${row}.number),
    iif(${isWrite}, NULL, ${row}.sees), ${row}.resolver_version`;
}

/**
 * The trigger of an event table. What another node wrote is stored under its own name, so the events that applying it would
 * record are suppressed. An own change is stored under its event's name instead of this file's number. It is a single trigger,
 * because each trigger that could fire costs a write as much as a statement.
 * @param note the statements that record it
 */
export function eventTriggerSql(table: string, note: string): string {
  const events = quoteName(eventTableName(table));
  const own = quoteName(peerTriggerName(table));
  return `
    DROP TRIGGER IF EXISTS ${quoteName(triggerName(table, 'applied'))};
    DROP TRIGGER IF EXISTS ${own};
    DROP TRIGGER IF EXISTS ${quoteName(triggerName(table, 'local'))};
    CREATE TRIGGER ${own} BEFORE INSERT ON ${events}
    WHEN NEW.hlc IS NULL
    BEGIN
      SELECT CASE WHEN (SELECT applying FROM spark_peer) THEN RAISE(IGNORE)
        WHEN NOT ${isNoId('NEW.record_id')} THEN NULL
        WHEN NEW.operation_type = 'DELETE' THEN RAISE(IGNORE)
        ELSE RAISE(ABORT, ${quoteText(`the id of a replicated document ${ID_RULE}`)}) END;
      ${note}
      INSERT INTO ${events} (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number, etag, hlc, sees, tx)
      SELECT origin || '-' || number, operation_type, record_id, data, timestamp, origin, number, NEW.sequence_number, hlc, sees, tx
      FROM spark_peer_events WHERE taken = (SELECT max(taken) FROM spark_peer_events);
      SELECT RAISE(IGNORE);
    END;
  `;
}

/**
 * The trigger of an event table whose collection is no longer replicated: a change is this file's alone again, under its own number, by which its
 * readers go on.
 */
export function localTriggerSql(table: string): string {
  const events = quoteName(eventTableName(table));
  const local = quoteName(triggerName(table, 'local'));
  const names = 'id, operation_type, record_id, data, timestamp, source_node_id, sequence_number';
  const values = names.replaceAll(/\w+/g, 'NEW.$&');
  return `
    DROP TRIGGER IF EXISTS ${quoteName(peerTriggerName(table))};
    DROP TRIGGER IF EXISTS ${local};
    CREATE TRIGGER ${local} BEFORE INSERT ON ${events}
    WHEN NEW.hlc IS NULL AND NEW.etag IS NULL
    BEGIN
      INSERT INTO ${events} (${names}, etag) VALUES (${values}, NEW.sequence_number);
      SELECT RAISE(IGNORE);
    END;
  `;
}

/** What other nodes demand of an id. A table alone takes any text from other programs; the library's own writes are stricter. */
export const ID_RULE = 'has 1 to 512 bytes, none of them 0';

/** Whether other nodes would skip an event of this record, and with it everything that this node writes later. */
export function isNoId(column: string): string {
  return `(length(CAST(${column} AS BLOB)) NOT BETWEEN 1 AND 512 OR instr(${column}, char(0)) > 0)`;
}

export function peerTriggerName(table: string): string {
  return triggerName(table, 'peer');
}

function keptTriggerSql(table: string): string {
  return `
    CREATE TRIGGER ${quoteName(triggerName(table, 'kept'))} BEFORE DELETE ON ${quoteName(eventTableName(table))}
    WHEN ifnull(OLD.etag, 0) > (SELECT trimmed FROM spark_database)
      AND (SELECT has_readers AND NOT moving FROM spark_database)
    BEGIN
      SELECT RAISE(ABORT, 'an event that readers still need cannot be deleted: Spark removes it when they have read it');
    END;
  `;
}
