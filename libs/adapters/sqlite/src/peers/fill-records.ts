import type { OpenDatabase } from '../connect/open-database.ts';
import { applyFromNowOn } from '../connect/replicated.ts';
import { reasonToRefuse } from '../connect/sqlite-error.ts';
import type { DocumentTable } from '../entities/document-table.ts';
import { type PeerEventRow, textOf } from './peer-event-row.ts';

const COLUMNS =
  'taken, origin, number, hlc, entity, record_id, operation_type, data, timestamp, sees, resolver_version, tx';
const VALUES = `(${COLUMNS.replaceAll(/\w+/g, '?')})`;
/** Executing a statement costs as much as a small row; more rows than this in one statement gain nothing more. */
const AT_ONCE = 20;
const INSERT_ONE = `INSERT INTO spark_peer_events (${COLUMNS}) VALUES ${VALUES}`;
const INSERT_SOME = `${INSERT_ONE}${`, ${VALUES}`.repeat(AT_ONCE - 1)}`;

const LAST_PLACE = `SELECT max((SELECT ifnull(max(taken), 0) FROM spark_peer_events), (SELECT removed FROM spark_peer)) AS value`;

/**
 * Stores writes of records that are new to the file, one for each record, all of one collection, and shows them: a few statements for
 * all of them, where `PeerRows.succeed` needs five for each. The collection's event table does not get them; see `showLatest`.
 * @param table the collection's; null if the collection is not replicated here
 * @returns those that were not stored: those whose record the file knows, or all, if it knows one of the events or the table rejects one
 */
export function fillRecords(
  open: OpenDatabase,
  table: DocumentTable | null,
  events: readonly PeerEventRow[],
): PeerEventRow[] {
  const known = findKnown(open, table, events);
  const isKnown = ({ recordId }: PeerEventRow) => known.has(recordId);
  const unknown = events.filter((event) => !isKnown(event));
  // Rows are numbered without gaps, so events without a row come last.
  const documents = unknown.filter(({ data }) => data !== null);
  const deletes = unknown.filter(({ data }) => data === null);
  if (unknown.length > 0 && !fill(open, table, { documents, deletes })) return [...events];
  return known.size === 0 ? [] : events.filter(isKnown);
}

/**
 * The ids of records that have heads; of deleted records that have a row here, because readers have to learn of the delete; and ids that
 * a file cannot store as they are, because they have to be compared as stored.
 */
function findKnown(
  open: OpenDatabase,
  table: DocumentTable | null,
  events: readonly PeerEventRow[],
): ReadonlySet<string> {
  const ids = events.map(({ recordId }) => recordId);
  const headed = open.rows<{ id: string }>(
    `SELECT value AS id FROM json_each(?) WHERE EXISTS (SELECT 1 FROM spark_peer_heads WHERE entity = ? AND record_id = value)`,
    JSON.stringify(ids),
    events[0]?.entity ?? '',
  );
  const isDeletedHere = ({ recordId, data }: PeerEventRow) =>
    data === null && table !== null && table.mark(recordId) !== null;
  return new Set([
    ...headed.map(({ id }) => id),
    ...events.filter(isDeletedHere).map(({ recordId }) => recordId),
    ...ids.filter((id) => !id.isWellFormed()),
  ]);
}

/** @returns false, with nothing stored, if an event is known or a row is rejected: the others have to be tried one by one, without it */
function fill(
  open: OpenDatabase,
  table: DocumentTable | null,
  { documents, deletes }: Readonly<Record<'documents' | 'deletes', readonly PeerEventRow[]>>,
): boolean {
  if (table) applyFromNowOn(open);
  open.prepare('SAVEPOINT filling').run();
  try {
    const after = open.number(LAST_PLACE);
    insertEvents(open, [...documents, ...deletes], after);
    open
      .prepare(
        `INSERT INTO spark_peer_heads (entity, record_id, origin, number, hlc)
         SELECT entity, record_id, origin, number, hlc FROM spark_peer_events WHERE taken > ? ORDER BY taken`,
      )
      .run(after);
    if (table) table.putEvents(after, after + documents.length, Date.now());
    open.prepare('RELEASE filling').run();
    return true;
  } catch (error) {
    if (reasonToRefuse(error) === null) throw error;
    open.prepare('ROLLBACK TO filling').run();
    open.prepare('RELEASE filling').run();
    return false;
  }
}

function insertEvents(open: OpenDatabase, events: readonly PeerEventRow[], after: number): void {
  const rows = events.map((event, at) => [
    after + 1 + at,
    event.origin,
    event.number,
    event.hlc,
    event.entity,
    event.recordId,
    event.operation,
    event.data,
    event.timestamp,
    textOf(event.sees),
    event.resolverVersion,
    event.tx,
  ]);
  const whole = rows.length - (rows.length % AT_ONCE);
  const some = open.prepare(INSERT_SOME);
  for (let from = 0; from < whole; from += AT_ONCE) some.run(...rows.slice(from, from + AT_ONCE).flat());
  const one = open.prepare(INSERT_ONE);
  for (const row of rows.slice(whole)) one.run(...row);
}
