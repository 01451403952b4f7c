/** An event as stored in its row. */
export interface PeerEventRow {
  readonly origin: string;
  readonly number: number;
  readonly hlc: number;
  readonly entity: string;
  readonly recordId: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly data: string | null;
  readonly timestamp: number;
  readonly sees: readonly PeerEventName[];
  readonly resolverVersion: number | null;
  /** The number of the first event of its transaction. */
  readonly tx: number;
}

export interface PeerEventName {
  readonly origin: string;
  readonly number: number;
}

export interface PeerRecordName {
  readonly entity: string;
  readonly recordId: string;
}

export interface OpenConflict {
  readonly number: number;
  readonly recordId: string;
}

export interface OwnRow {
  written: number;
  confirmed: number;
  tail: number;
}

export interface LoggedOriginRow extends PeerEventName {
  readonly tail: number;
  readonly node: string | null;
  readonly ack?: number;
  readonly closed?: number | null;
  /** The latest change of the protocol that its node knows; absent in snapshots of earlier versions. */
  readonly knows?: number;
}

/** As `PeerEventRow`, with `sees` as text. */
export type Row = Omit<PeerEventRow, 'sees'> & { sees: string };

export const COLUMNS = `event.origin, event.number, event.hlc, event.entity, event.record_id AS recordId,
  event.operation_type AS operation, event.data, event.timestamp, event.sees, event.resolver_version AS resolverVersion,
  ifnull(event.tx, event.number) AS tx`;
export const EVENTS = `SELECT ${COLUMNS} FROM spark_peer_events AS event`;

export function toEvent(row: Row): PeerEventRow {
  const sees = row.sees === '' ? [] : row.sees.split(',').map(nameOf);
  return { ...row, sees };
}

/** Parses an event's name, as written in `sees` and conflicts. */
export function nameOf(text: string): PeerEventName {
  const at = text.lastIndexOf(':');
  return { origin: text.slice(0, at), number: Number(text.slice(at + 1)) };
}

/** In SQLite's order. */
export function textOf(names: readonly PeerEventName[]): string {
  if (names.length === 0) return '';
  return names
    .map(({ origin, number }) => `${origin}:${number}`)
    .toSorted()
    .join(',');
}
