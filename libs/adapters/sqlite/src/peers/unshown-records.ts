import type { OpenDatabase } from '../connect/open-database.ts';
import { findTable } from '../entities/tables.ts';
import { noteRowBeside } from './note-rows.ts';
import type { PeerRecordName } from './peer-event-row.ts';
import type { PeerRows } from './peer-rows.ts';

/**
 * One row for each collection that became replicated here after other nodes had written to it. Its records up to `after` have been
 * shown, in the order of heads. Events that this file has taken since (after `taken`) may be about a row that does not show the
 * other nodes' changes yet.
 */
export const UNSHOWN_TABLE = `
  CREATE TABLE IF NOT EXISTS spark_peer_unshown (
    entity TEXT PRIMARY KEY,
    taken INTEGER NOT NULL,
    after TEXT NOT NULL COLLATE NOCASE
  ) WITHOUT ROWID;
`;

interface Unshown {
  readonly entity: string;
  readonly taken: number;
  readonly after: string;
}

const ALL = 'SELECT entity, taken, after FROM spark_peer_unshown';

/** Notes that the records of a collection have yet to be shown; in the transaction that makes it replicated. */
export function noteUnshown(open: OpenDatabase, entity: string): void {
  open
    .prepare(
      `INSERT OR REPLACE INTO spark_peer_unshown (entity, taken, after)
       SELECT ?, (SELECT ifnull(max(taken), 0) FROM spark_peer_events), ''
       WHERE EXISTS (SELECT 1 FROM spark_peer_heads WHERE entity = ?)`,
    )
    .run(entity, entity);
}

/**
 * Forgets collections that are no longer replicated although not all of their records were shown; in the transaction that ends
 * their replication, before anything is published. What was written to rows that did not show the events yet becomes a change
 * concurrent with them.
 */
export function leaveUnshown(open: OpenDatabase, file: PeerRows, replicated: readonly string[]): void {
  const left = open.rows<Unshown>(ALL).filter(({ entity }) => !replicated.includes(entity));
  for (const { entity, taken, after } of left) {
    const written = open.rows<PeerRecordName>(
      `SELECT DISTINCT entity, record_id AS recordId FROM spark_peer_events
       WHERE taken > ? AND +entity = ? AND record_id > ?`,
      taken,
      entity,
      after,
    );
    for (const record of written) putBeside(open, file, record, taken);
    forgetUnshown(open, entity);
  }
}

/** Whether there are records to show. */
export function hasUnshown(open: OpenDatabase): boolean {
  return open.row(ALL) !== null;
}

function forgetUnshown(open: OpenDatabase, entity: string): void {
  open.prepare('DELETE FROM spark_peer_unshown WHERE entity = ?').run(entity);
}

/**
 * Takes the next records to show, for a caller that shows them in the same transaction, in which nothing has been applied yet: what
 * was written to their rows without knowledge of the events becomes a change concurrent with them.
 */
export function takeUnshown(open: OpenDatabase, file: PeerRows, limit: number): PeerRecordName[] {
  const unshown = open.row<Unshown>(ALL);
  if (!unshown) return [];
  const { entity, taken, after } = unshown;
  const records = open.rows<PeerRecordName>(
    `SELECT DISTINCT entity, record_id AS recordId FROM spark_peer_heads
     WHERE entity = ? AND record_id > ? ORDER BY record_id LIMIT ?`,
    entity,
    after,
    limit,
  );
  for (const record of records) {
    putBeside(open, file, record, taken);
    noteRowBeside(open, file, record);
  }
  const last = records.length < limit ? undefined : records.at(-1);
  if (last)
    open.prepare('UPDATE spark_peer_unshown SET after = ? WHERE entity = ?').run(last.recordId, entity);
  else forgetUnshown(open, entity);
  return records;
}

/** A change to a row that did not show the events yet follows none of them. It is not in the log: nodes publish only once everything is shown. */
function putBeside(
  open: OpenDatabase,
  file: PeerRows,
  { entity, recordId }: PeerRecordName,
  taken: number,
): void {
  const first = open.row<{ origin: string; number: number; sees: string }>(
    `SELECT origin, number, sees FROM spark_peer_events
     WHERE entity = ? AND record_id = ? AND taken > ? ORDER BY taken LIMIT 1`,
    entity,
    recordId,
    taken,
  );
  if (first === null || first.sees === '') return;
  const event = file.event(first);
  const heads = file.heads(entity, recordId);
  const before = event?.sees.flatMap((name) => file.event(name) ?? []) ?? [];
  open
    .prepare(`UPDATE spark_peer_events SET sees = '' WHERE origin = ? AND number = ?`)
    .run(first.origin, first.number);
  const table = findTable(open, entity);
  if (table)
    open
      .prepare(`UPDATE ${table.quotedEvents} SET sees = '' WHERE source_node_id = ? AND sequence_number = ?`)
      .run(first.origin, first.number);
  file.setHeads(entity, recordId, [...before, ...heads], heads);
}
