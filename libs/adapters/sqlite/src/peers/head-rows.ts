import type { OpenDatabase } from '../connect/open-database.ts';
import {
  COLUMNS,
  type PeerEventName,
  type PeerEventRow,
  type PeerRecordName,
  type Row,
  toEvent,
} from './peer-event-row.ts';

const OF_RECORD = 'WHERE entity = ? AND record_id = ?';
const REPLACE = `UPDATE spark_peer_heads SET record_id = ?, origin = ?, number = ?, hlc = ? ${OF_RECORD} AND origin = ? AND number = ?`;

/**
 * Sets a record's heads; in a write transaction.
 * @param known the previous heads: only differences are written, as an update of a row if possible
 * @returns how many there were before
 */
export function replaceHeads(
  open: OpenDatabase,
  { entity, recordId }: PeerRecordName,
  heads: readonly PeerEventRow[],
  known: readonly PeerEventName[] | undefined,
): number {
  const removed = known?.filter((head) => !isAmong(heads, head)) ?? [];
  const added = known ? heads.filter((head) => !isAmong(known, head)) : heads;
  const [gone] = removed;
  const [next] = added;
  if (gone && next && removed.length === 1 && added.length === 1) {
    open
      .prepare(REPLACE)
      .run(recordId, next.origin, next.number, next.hlc, entity, recordId, gone.origin, gone.number);
    return known?.length ?? 0;
  }
  const before = known ? known.length : remove(open, { entity, recordId });
  for (const { origin, number } of removed)
    open
      .prepare(`DELETE FROM spark_peer_heads ${OF_RECORD} AND origin = ? AND number = ?`)
      .run(entity, recordId, origin, number);
  for (const { origin, number, hlc } of added)
    open
      .prepare('INSERT INTO spark_peer_heads (entity, record_id, origin, number, hlc) VALUES (?, ?, ?, ?, ?)')
      .run(entity, recordId, origin, number, hlc);
  return before;
}

function remove(open: OpenDatabase, { entity, recordId }: PeerRecordName): number {
  return Number(open.prepare(`DELETE FROM spark_peer_heads ${OF_RECORD}`).run(entity, recordId).changes);
}

/** A head contributes to its record's state, so it is not past. */
export function unsetPast(open: OpenDatabase, { origin, number }: PeerEventName): void {
  open
    .prepare('UPDATE spark_peer_events SET past = NULL WHERE origin = ? AND number = ? AND past IS NOT NULL')
    .run(origin, number);
}

function isAmong(names: readonly PeerEventName[], name: PeerEventName): boolean {
  return names.some((one) => isSameName(one, name));
}

export function isSameName(one: PeerEventName, other: PeerEventName | null): boolean {
  return one.number === other?.number && one.origin === other.origin;
}

/** The heads of the records after one, up to and including another. */
export function headsBetween(
  open: OpenDatabase,
  after: PeerRecordName | null,
  to: PeerRecordName,
): PeerEventRow[] {
  const rows = open.rows<Row>(
    `SELECT ${COLUMNS} FROM spark_peer_heads AS head CROSS JOIN spark_peer_events AS event
       ON event.origin = head.origin AND event.number = head.number
     WHERE (head.entity, head.record_id) > (?, ?) AND (head.entity, head.record_id) <= (?, ?)
     ORDER BY head.entity, head.record_id, head.origin, head.number`,
    after?.entity ?? '',
    after?.recordId ?? '',
    to.entity,
    to.recordId,
  );
  return rows.map(toEvent);
}
