import { recordKey } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { findTable } from '../entities/tables.ts';
import { headsOf } from '../connect/replicated.ts';
import type { PeerRecordName } from './peer-event-row.ts';

/** A record that has new events, as the file shows it now. */
export interface ChangedRecord extends PeerRecordName {
  /** Null if there is no row. */
  readonly document: string | null;
  readonly version: string;
  /** The node that wrote the last of these events; null if unknown. */
  readonly node: string | null;
}

/** The last event that the file has taken; 0 if none. */
export function lastTakenIn(open: OpenDatabase): number {
  return open.number('SELECT ifnull(max(taken), 0) AS value FROM spark_peer_events');
}

/**
 * The records of some collections with events that the file took after a given one, each once, in the order of its last event.
 * @returns them, and the last event that was looked at
 */
export function changedRecords(
  open: OpenDatabase,
  entities: readonly string[],
  { after, limit }: { after: number; limit: number },
): { records: ChangedRecord[]; last: number } {
  const rows = open.rows<PeerRecordName & { taken: number; node: string | null }>(
    `SELECT event.taken, event.entity, event.record_id AS recordId,
       iif(origins.taken IS NULL, origins.node, (SELECT node FROM spark_peer)) AS node
     FROM spark_peer_events AS event LEFT JOIN spark_peer_origins AS origins ON origins.origin = event.origin
     WHERE event.taken > ? ORDER BY event.taken LIMIT ?`,
    after,
    limit,
  );
  const wanted = rows.filter(({ entity }) => entities.includes(entity));
  const latest = new Map<string, (typeof wanted)[number]>();
  for (const row of wanted) latest.set(recordKey(row), row);
  const records = [...latest.values()].toSorted((one, other) => one.taken - other.taken);
  return {
    records: records.map((row) => recordAsShown(open, row)),
    last: rows.at(-1)?.taken ?? after,
  };
}

function recordAsShown(
  open: OpenDatabase,
  { entity, recordId, node }: PeerRecordName & { node: string | null },
): ChangedRecord {
  const row = findTable(open, entity)?.get(recordId);
  return {
    entity,
    recordId: row?.id ?? recordId,
    document: row?.document ?? null,
    version: headsOf(open, entity, recordId),
    node,
  };
}
