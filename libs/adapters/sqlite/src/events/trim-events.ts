import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Etag } from '@nestjs-spark/contracts';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { allTables } from '../entities/tables.ts';
import { keepsEtags } from '../entities/keeps-etags.ts';

const STEP = 1_000;
/** How many of the newest events stay in their tables for inspection, unless the settings name another number. */
export const KEPT_EVENTS = 1_000;
/** Enables the index on a replicated table's events. */
const OPERATIONS = `operation_type IN ('CREATE', 'UPDATE', 'DELETE')`;
/** What other replicas have not received yet is this one's backlog. */
const IS_PUBLISHED = `sequence_number <= ifnull((SELECT iif(taken IS NULL, applied, confirmed)
  FROM spark_peer_origins WHERE origin = source_node_id), sequence_number)`;

/** Trims the events up to `confirmed`, in small steps; the newest of them stay for inspection, marked as processed. */
export async function trimEvents(database: SqliteDatabase, confirmed: Etag): Promise<void> {
  const keep = database.settings.keepEvents ?? KEPT_EVENTS;
  const floor = await database.write((open) => settle(open, confirmed, keep));
  if (floor === null) return;
  for (let more = true; more;) {
    more = await database.write((open) => trimStep(open, floor));
    await nextTurn();
  }
}

interface Standing {
  confirmed: Etag;
  trimmed: Etag;
  last: Etag;
}

/** @returns up to where to remove events; null when there is nothing to do */
function settle(open: OpenDatabase, confirmed: Etag, keep: number): Etag | null {
  const before = open.row<Standing>('SELECT confirmed, trimmed, last_etag AS last FROM spark_database');
  const to = Math.min(confirmed, before?.last ?? 0);
  if (!before || to <= before.confirmed) return null;
  const floor = Math.max(to - keep, before.trimmed);
  for (const { name, quotedEvents } of allTables(open)) {
    if (keepsEtags(open, name)) {
      open
        .prepare(`UPDATE ${quotedEvents} SET processed = TRUE WHERE ${OPERATIONS} AND etag > ? AND etag <= ?`)
        .run(Math.max(before.confirmed, floor), to);
      continue;
    }
    open
      .prepare(
        `UPDATE ${quotedEvents} SET processed = TRUE
         WHERE source_node_id = ? AND sequence_number > ? AND sequence_number <= ?`,
      )
      .run(open.databaseId, Math.max(before.confirmed, floor), to);
  }
  // Recorded before the first one is removed: a reader that needs one of them must not be told that all are kept.
  open.prepare('UPDATE spark_database SET confirmed = ?, trimmed = ?').run(to, floor);
  return floor;
}

function trimStep(open: OpenDatabase, floor: Etag): boolean {
  let left = STEP;
  for (const table of allTables(open)) {
    const { changes } = keepsEtags(open, table.name)
      ? open
          .prepare(
            `DELETE FROM ${table.quotedEvents} WHERE rowid IN (
               SELECT rowid FROM ${table.quotedEvents} WHERE ${OPERATIONS} AND etag <= ? AND ${IS_PUBLISHED} LIMIT ?)`,
          )
          .run(floor, left)
      : open
          .prepare(
            `DELETE FROM ${table.quotedEvents} WHERE rowid IN (
               SELECT rowid FROM ${table.quotedEvents} WHERE source_node_id = ? AND sequence_number <= ?
               ORDER BY sequence_number LIMIT ?)`,
          )
          .run(open.databaseId, floor, left);
    left -= Number(changes);
    if (left === 0) return true;
  }
  return false;
}
