import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { findTable } from '../entities/tables.ts';
import { nameOf, type PeerEventRow } from './peer-event-row.ts';
import { LATEST_ORIGINS } from './peer-origins.ts';
import { PeerRows } from './peer-rows.ts';

/** The log names the node that wrote an event; what is not in it yet is this node's. */
const NODE = 'ifnull(origins.node, iif(origins.taken IS NULL, NULL, (SELECT node FROM spark_peer)))';

/** How much a replica's file holds of one collection. */
export interface EntityFigures {
  entity: string;
  rows: number;
  tombstones: number;
  /** Those that are not in the file any more count in the total. */
  conflicts: { open: number; total: number };
}

export interface ConflictRow {
  number: number;
  recordId: string;
  /** Milliseconds since 1970. */
  at: number;
  ended: number | null;
  heads: EventOfNode[];
  /** The resolutions in place of these heads. */
  resolutions: EventOfNode[];
}

/** An event, and the node that wrote it, if known. */
export interface EventOfNode {
  event: PeerEventRow;
  node: string | null;
}

/** A node, as far as the log tells. */
export interface MemberRow {
  node: string;
  /** Its latest origin. */
  origin: string;
  applied: number;
  /** The sequence of its last message. */
  tail: number;
  /** Where an operator closed it; null if not closed. */
  closed: number | null;
  /** When its last message was stored, in milliseconds since 1970. */
  heard: number | null;
  /** Up to where its messages have acknowledged the log; 0 when they have not. */
  ack: number;
}

/** The latest origin of each node that has been heard from. */
export function listMembers(open: OpenDatabase): MemberRow[] {
  return open.rows<MemberRow>(
    `SELECT node, origin, applied, tail, closed, heard, ack FROM spark_peer_origins
     WHERE rowid IN (${LATEST_ORIGINS}) ORDER BY node`,
  );
}

/** When and why this file began a new life: the latest 100, in order. */
export function listLives(open: OpenDatabase): { at: number; why: string }[] {
  return open.rows<{ at: number; why: string }>(
    'SELECT at, why FROM (SELECT * FROM spark_peer_lives ORDER BY number DESC LIMIT 100) ORDER BY number',
  );
}

/** Counting this many takes a few milliseconds. */
const COUNTED_AT_ONCE = 10_000;

/** How many records a collection has, deleted ones included; counted in steps, so that others have their turn in between. */
export async function countRecords(database: SqliteDatabase, entity: string): Promise<number> {
  const sql = `SELECT count(*) AS count, max(record_id) AS last FROM (
    SELECT record_id FROM spark_peer_heads WHERE entity = ? AND record_id > ? GROUP BY record_id ORDER BY record_id LIMIT ?)`;
  let [records, after] = [0, ''];
  for (;;) {
    const step = await database.read((open) =>
      open.row<{ count: number; last: string | null }>(sql, entity, after, COUNTED_AT_ONCE),
    );
    const { count, last } = step ?? { count: 0, last: null };
    records += count;
    if (count < COUNTED_AT_ONCE || last === null) return records;
    after = last;
    await nextTurn();
  }
}

/**
 * What is stored of some collections, and how many own events are not known to be in the log.
 * @param records how many records each of them has, deleted ones included
 */
export function peerFigures(
  open: OpenDatabase,
  records: ReadonlyMap<string, number>,
): { backlog: number; entities: EntityFigures[] } {
  const backlog = open.number(
    'SELECT ifnull(sum(applied - confirmed), 0) AS value FROM spark_peer_origins WHERE taken IS NOT NULL',
  );
  return { backlog, entities: [...records].map(([entity, all]) => figuresOf(open, entity, all)) };
}

function figuresOf(open: OpenDatabase, entity: string, records: number): EntityFigures {
  const conflicts = (where: string) =>
    open.number(`SELECT count(*) AS value FROM spark_peer_conflicts WHERE entity = ? ${where}`, entity);
  const rows = findTable(open, entity)?.count() ?? 0;
  const removed = open.number(
    'SELECT ifnull(max(removed), 0) AS value FROM spark_peer_conflicts_removed WHERE entity = ?',
    entity,
  );
  return {
    entity,
    rows,
    tombstones: Math.max(0, records - rows),
    conflicts: { open: conflicts('AND ended IS NULL'), total: conflicts('') + removed },
  };
}

/** Events of a collection in the order in which this file received them, after a position in it. */
export function listEvents(
  open: OpenDatabase,
  entity: string,
  { after, take, recordId }: { after: number; take: number; recordId?: string | undefined },
): (EventOfNode & { place: number })[] {
  const rows = open.rows<{ taken: number; origin: string; number: number; node: string | null }>(
    `SELECT event.taken, event.origin, event.number, ${NODE} AS node FROM spark_peer_events AS event
     LEFT JOIN spark_peer_origins AS origins ON origins.origin = event.origin
     WHERE event.entity = ? AND event.taken > ? ${recordId === undefined ? '' : 'AND event.record_id = ?'}
     ORDER BY event.taken LIMIT ?`,
    entity,
    after,
    ...(recordId === undefined ? [] : [recordId]),
    take,
  );
  const file = new PeerRows(open);
  return rows.flatMap(({ taken, node, ...name }) => {
    const event = file.event(name);
    return event ? [{ place: taken, node, event }] : [];
  });
}

/** How a conflict ended, or stands. */
export interface OutcomeRow {
  ended: number | null;
  resolutions: PeerEventRow[];
}

/** Of the latest conflicts of a collection, what is counted in every status: without the documents that met in them. */
export function listOutcomes(open: OpenDatabase, entity: string): OutcomeRow[] {
  const rows = open.rows<{ recordId: string; ended: number | null; heads: string }>(
    `SELECT record_id AS recordId, ended, heads FROM spark_peer_conflicts
     WHERE entity = ? ORDER BY number DESC LIMIT 100`,
    entity,
  );
  const file = new PeerRows(open);
  return rows.map(({ recordId, ended, heads }) => ({
    ended,
    resolutions: file.resolutionsOf({ entity, recordId }, heads),
  }));
}

const WHICH = { all: '', open: 'AND ended IS NULL', ended: 'AND ended IS NOT NULL' } as const;
export type WhichConflicts = keyof typeof WHICH;

/** The latest conflicts of a collection, with all heads involved. */
export function listConflicts(
  open: OpenDatabase,
  entity: string,
  which: WhichConflicts = 'all',
): ConflictRow[] {
  const rows = open.rows<Omit<ConflictRow, 'heads' | 'resolutions'> & { heads: string }>(
    `SELECT number, record_id AS recordId, at, ended, heads FROM spark_peer_conflicts
     WHERE entity = ? ${WHICH[which]} ORDER BY number DESC LIMIT 100`,
    entity,
  );
  const file = new PeerRows(open);
  return rows.map(({ heads: names, ...conflict }) => {
    const heads = names.split(',').flatMap((name) => eventNamed(open, file, name));
    const resolutions = file.resolutions(heads.map(({ event }) => event)).map((event) => ({
      event,
      node: writerOf(open, event.origin),
    }));
    return { ...conflict, heads, resolutions };
  });
}

function eventNamed(open: OpenDatabase, file: PeerRows, name: string): EventOfNode[] {
  const { origin, number } = nameOf(name);
  const event = file.event({ origin, number });
  return event ? [{ event, node: writerOf(open, origin) }] : [];
}

function writerOf(open: OpenDatabase, origin: string): string | null {
  const sql = `SELECT ${NODE} AS node FROM spark_peer_origins AS origins WHERE origin = ?`;
  return open.row<{ node: string | null }>(sql, origin)?.node ?? null;
}
