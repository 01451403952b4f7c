import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentTable } from '../entities/document-table.ts';
import { type PeerEventRow, textOf } from './peer-event-row.ts';
import { eventsOf, NAMES } from './peer-event-table.ts';

const INSERT = `INSERT INTO spark_peer_events
    (origin, number, hlc, entity, record_id, operation_type, data, timestamp, sees, resolver_version, tx)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (origin, number) DO NOTHING`;

/** @returns false when it is already stored */
export function insertEvent(open: OpenDatabase, event: PeerEventRow): boolean {
  const { origin, number, hlc, entity, recordId, operation, data, timestamp, resolverVersion, tx } = event;
  const sees = textOf(event.sees);
  const { changes } = open
    .prepare(INSERT)
    .run(origin, number, hlc, entity, recordId, operation, data, timestamp, sees, resolverVersion, tx);
  return changes !== 0;
}

/** The statement for each event table: building its text for each event would cost as much as a small statement. */
const shows = new Map<string, string>();

/**
 * Shows a write whose row has already been changed, as `showEvent` and `noteShown` do with two statements.
 * @param isChanged whether it was: a delete of a row that others have already deleted changes nothing in this file
 * @returns false when the table already has the event
 */
export function showChange(
  open: OpenDatabase,
  table: DocumentTable | null,
  { origin, number, hlc, recordId, operation, data, timestamp, sees, tx }: PeerEventRow,
  isChanged: boolean,
): boolean {
  const events = eventsOf(open, table);
  if (events === null) return true;
  const sql =
    shows.get(events) ??
    `INSERT OR IGNORE INTO ${events} (${NAMES})
     VALUES (?, ?, ?, ?, ?, ?, ?, iif(?, (SELECT last_etag FROM spark_database), NULL), ?, ?, ?, NULL, NULL)`;
  shows.set(events, sql);
  const hasEtag = isChanged || operation !== 'DELETE' ? 1 : 0;
  const id = `${origin}-${number}`;
  const { changes } = open
    .prepare(sql)
    .run(id, operation, recordId, data, timestamp, origin, number, hasEtag, hlc, textOf(sees), tx);
  return changes !== 0;
}
