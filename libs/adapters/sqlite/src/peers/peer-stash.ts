import type { OpenDatabase } from '../connect/open-database.ts';
import { findTable } from '../entities/tables.ts';
import type { PeerEventRow } from './peer-event-row.ts';
import { PeerRows } from './peer-rows.ts';
import { OUTDATED } from './set-aside.ts';

/** A change of an earlier life that is not shown: it lost to what others wrote. */
export interface StashRow {
  number: number;
  /** Milliseconds since 1970. */
  at: number;
  why: string;
  event: PeerEventRow;
}

const MOST_LISTED = 100;

/** The latest 100 changes that this file renumbered and that have lost since: no write has seen them. */
export function listStash(open: OpenDatabase): StashRow[] {
  const rows = open.rows<{ number: number; at: number; why: string; origin: string; event: number }>(
    `SELECT stash.number, stash.at, stash.why, stash.origin, stash.event FROM spark_peer_stash AS stash
     WHERE EXISTS (SELECT 1 FROM spark_peer_events AS event
       WHERE event.origin = stash.origin AND event.number = stash.event AND event.resolver_version IS NULL)
     ORDER BY stash.number DESC LIMIT 1000`,
  );
  const file = new PeerRows(open);
  const lost: StashRow[] = [];
  for (const { number, at, why, origin, event: of } of rows) {
    const event = file.event({ origin, number: of });
    if (event && (why === OUTDATED ? !isShown(open, event) : hasLost(open, file, event)))
      lost.push({ number, at, why, event });
    if (lost.length === MOST_LISTED) break;
  }
  return lost;
}

/** Writes a stashed change again, as a change that has seen all others. @returns false when there is none of this number */
export function applyStash(open: OpenDatabase, number: number): boolean {
  const row = listStash(open).find((one) => one.number === number);
  const table = row && findTable(open, row.event.entity);
  if (!row || !table) return false;
  const { recordId, data } = row.event;
  if (data === null) table.remove(recordId);
  else table.put(recordId, data, table.get(recordId)?.metadata ?? null, Date.now());
  open.prepare('DELETE FROM spark_peer_stash WHERE number = ?').run(number);
  return true;
}

/** Whether an event was in a conflict and the row now shows something else. */
function hasLost(open: OpenDatabase, file: PeerRows, event: PeerEventRow): boolean {
  const { entity, recordId, origin, number } = event;
  const name = `${origin}:${number}`;
  const met = open.rows<{ heads: string }>(
    'SELECT heads FROM spark_peer_conflicts WHERE entity = ? AND record_id = ?',
    entity,
    recordId,
  );
  if (!met.some(({ heads }) => heads.split(',').includes(name))) return false;
  const [head, ...others] = file.heads(entity, recordId);
  const isAlone = others.length === 0 && head?.origin === origin && head.number === number;
  return !isAlone && !isShown(open, event);
}

function isShown(open: OpenDatabase, { entity, recordId, data }: PeerEventRow): boolean {
  return (findTable(open, entity)?.get(recordId)?.document ?? null) === data;
}
