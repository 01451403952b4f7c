import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { findTable } from '../entities/tables.ts';
import type { PeerRecordName } from './peer-event-row.ts';
import type { PeerRows } from './peer-rows.ts';

/** As many as a transaction notes without making the process wait for long. */
const MOST_ROWS = 200;

/** Rows of a table by their numbers: those after one, up to another. */
interface Page {
  readonly after: number;
  readonly to: number;
  /** How many of them have no event. */
  readonly missing: number;
}

/**
 * Notes events for rows of replicated collections that have none, because they are older than the replica or were written while a
 * trigger was missing: they count as written now. Whatever a process that ends here, or a power cut, has left is noted at the next start. A row that
 * is changed meanwhile moves to the end of its table, and has an event.
 * @throws when aborted
 */
export async function noteRows(
  database: Pick<SqliteDatabase, 'read' | 'writeSoon'>,
  collections: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const collection of collections) {
    for (let after = 0; ;) {
      signal?.throwIfAborted();
      const page = await database.read((open) => findPage(open, collection, after));
      if (page === null) break;
      if (page.missing > 0) await database.writeSoon((open) => notePage(open, collection, page));
      after = page.to;
      await nextTurn();
    }
  }
}

const IS_MISSING = `NOT EXISTS
  (SELECT 1 FROM spark_peer_heads AS head WHERE head.entity = ? AND head.record_id = row.id)`;

function findPage(open: OpenDatabase, collection: string, after: number): Page | null {
  const table = findTable(open, collection);
  const page =
    table &&
    open.row<{ to: number | null; missing: number }>(
      `SELECT max(_etag) AS "to", sum(missing) AS missing FROM
         (SELECT _etag, ${IS_MISSING} AS missing FROM ${table.quoted} AS row
          WHERE _etag > ? ORDER BY _etag LIMIT ${MOST_ROWS})`,
      collection,
      after,
    );
  return page && page.to !== null ? { after, to: page.to, missing: page.missing } : null;
}

/**
 * Notes an event for a record's row if it was written while its collection was not replicated here, even though events of the record are known: it
 * counts as written now, by somebody who has not seen them. Call it in a write transaction in which nothing has been applied yet.
 */
export function noteRowBeside(
  open: OpenDatabase,
  file: PeerRows,
  { entity, recordId }: PeerRecordName,
): void {
  const table = findTable(open, entity);
  const row =
    table &&
    open.row<{ id: string }>(
      `SELECT id FROM ${table.quoted} AS row
       WHERE id = ? AND NOT EXISTS (SELECT 1 FROM spark_peer_events AS event
         WHERE event.entity = ? AND event.record_id = row.id AND event.data = row._document)`,
      recordId,
      entity,
    );
  if (!table || !row) return;
  const heads = file.heads(entity, row.id);
  file.setHeads(entity, row.id, [], heads);
  open
    .prepare(
      `INSERT INTO ${table.quotedEvents} (id, operation_type, record_id, timestamp, source_node_id, sequence_number)
       SELECT '', 'CREATE', id, _modified, '', (SELECT last_etag FROM spark_database) FROM ${table.quoted} WHERE id = ?`,
    )
    .run(row.id);
  const own = file.heads(entity, row.id);
  file.setHeads(entity, row.id, [...heads, ...own], own);
}

/** The table's trigger makes the replica's event of each row, as it does for every change. */
function notePage(open: OpenDatabase, collection: string, { after, to }: Page): void {
  const table = findTable(open, collection);
  if (!table) return;
  // They were not written together, so none of them is the first of a transaction.
  open.prepare('UPDATE spark_peer SET tx = 0').run();
  open
    .prepare(
      `INSERT INTO ${table.quotedEvents} (id, operation_type, record_id, timestamp, source_node_id, sequence_number)
       SELECT '', 'CREATE', id, _modified, '', (SELECT last_etag FROM spark_database) FROM ${table.quoted} AS row
       WHERE _etag > ? AND _etag <= ? AND ${IS_MISSING} ORDER BY _etag`,
    )
    .run(after, to, collection);
}
