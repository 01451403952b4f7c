import { recordKey } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { applyFromNowOn, isEntity } from '../connect/replicated.ts';
import { reasonToRefuse } from '../connect/sqlite-error.ts';
import type { DocumentTable } from '../entities/document-table.ts';
import { findTable } from '../entities/tables.ts';
import {
  COLUMNS,
  EVENTS,
  type OpenConflict,
  type PeerEventName,
  type PeerEventRow,
  type PeerRecordName,
  type Row,
  textOf,
  toEvent,
} from './peer-event-row.ts';
import { hideEvent, noteShown, showEvent, showLatest } from './peer-event-table.ts';
import { fillRecords } from './fill-records.ts';
import { headsBetween, isSameName, replaceHeads, unsetPast } from './head-rows.ts';
import { LATEST_STAMP } from './latest-stamp.ts';
import { insertEvent, showChange } from './insert-event.ts';
import { PeerOrigins } from './peer-origins.ts';
import { setAside } from './set-aside.ts';

const OF_RECORD = 'WHERE event.entity = ? AND event.record_id = ?';
// Constants, because every applied event needs them: SQL joined for each call would be read through to find the prepared statement.
const HEADS = `SELECT ${COLUMNS} FROM spark_peer_heads AS head JOIN spark_peer_events AS event
    ON event.origin = head.origin AND event.number = head.number
  WHERE head.entity = ? AND head.record_id = ?`;
const EVENTS_AFTER = `${EVENTS} WHERE event.origin = ? AND event.number > ? ORDER BY event.number LIMIT ?`;
/** The only event of its record, and its head. */
const IS_ALONE = `EXISTS (SELECT 1 FROM spark_peer_heads AS head WHERE head.entity = event.entity
      AND head.record_id = event.record_id AND head.origin = event.origin AND head.number = event.number)
    AND NOT EXISTS (SELECT 1 FROM spark_peer_events AS other WHERE other.entity = event.entity
      AND other.record_id = event.record_id AND other.taken <> event.taken)`;

/** What a replica's file knows of events and heads, within one transaction. */
export class PeerRows extends PeerOrigins {
  readonly #open: OpenDatabase;
  readonly #tables = new Map<string, DocumentTable | null>();
  /** How many documents a table has rejected: their rows stay as they were. */
  rejected = 0;
  /** The latest newly inserted event: it is not past. */
  #inserted: PeerEventName | null = null;

  constructor(open: OpenDatabase) {
    super(open);
    this.#open = open;
  }

  event({ origin, number }: PeerEventName): PeerEventRow | null {
    return this.#events('WHERE event.origin = ? AND event.number = ?', origin, number)[0] ?? null;
  }

  eventsAfter(origin: string, number: number, limit: number): PeerEventRow[] {
    return this.#open.rows<Row>(EVENTS_AFTER, origin, number, limit).map(toEvent);
  }

  recordsAfter(
    last: PeerRecordName | null,
    limit: number,
    to: PeerRecordName | null = null,
  ): PeerRecordName[] {
    return this.#open.rows(
      `SELECT DISTINCT entity, record_id AS recordId FROM spark_peer_heads
       WHERE (entity, record_id) > (?, ?) ${to ? 'AND (entity, record_id) <= (?, ?)' : ''} ORDER BY entity, record_id LIMIT ?`,
      last?.entity ?? '',
      last?.recordId ?? '',
      ...(to ? [to.entity, to.recordId] : []),
      limit,
    );
  }

  deletedBefore(stamp: number): PeerRecordName[] {
    return this.#open.rows(
      `SELECT DISTINCT entity, record_id AS recordId FROM spark_peer_events
       WHERE operation_type = 'DELETE' AND hlc < ? AND resolver_version IS NULL AND past IS NULL`,
      stamp,
    );
  }

  history(entity: string, recordId: string): PeerEventRow[] {
    return this.#events(`${OF_RECORD} AND event.past IS NULL ORDER BY event.taken`, entity, recordId);
  }

  historyTo(entity: string, recordId: string, to: number): PeerEventRow[] {
    return this.#events(`${OF_RECORD} AND event.taken <= ? ORDER BY event.taken`, entity, recordId, to);
  }

  recordsTaken(range: { after: number; to: number; limit: number }) {
    const { after, to, limit } = range;
    const rows = this.#open.rows<PeerRecordName & { taken: number; isAlone: number }>(
      `SELECT taken, entity, record_id AS recordId, ${IS_ALONE} AS isAlone FROM spark_peer_events AS event
       WHERE taken > ? AND taken <= ? ORDER BY taken LIMIT ?`,
      after,
      to,
      limit,
    );
    const shared = rows.filter(({ isAlone }) => isAlone === 0);
    const records = new Map(shared.map((row): [string, PeerRecordName] => [recordKey(row), row]));
    return {
      records: [...records.values()],
      last: rows.length === limit ? (rows.at(-1)?.taken ?? null) : null,
    };
  }

  shownEvents(entity: string): { names: ReadonlySet<string>; heads: ReadonlySet<string> } {
    const conflicts = this.#open.rows<{ heads: string }>(
      'SELECT heads FROM spark_peer_conflicts WHERE entity = ? ORDER BY number DESC LIMIT 100',
      entity,
    );
    const stash = this.#open.rows<{ name: string }>(
      `SELECT origin || ':' || event AS name FROM spark_peer_stash ORDER BY number DESC LIMIT 1000`,
    );
    const heads = new Set(conflicts.map((conflict) => conflict.heads));
    const names = [...heads].flatMap((text) => text.split(','));
    return { names: new Set([...names, ...stash.map(({ name }) => name)]), heads };
  }

  setPast({ origin, number }: PeerEventName): void {
    this.#open
      .prepare('UPDATE spark_peer_events SET past = TRUE WHERE origin = ? AND number = ? AND past IS NULL')
      .run(origin, number);
  }

  drop({ origin, number }: PeerEventName): void {
    this.#open.prepare('DELETE FROM spark_peer_events WHERE origin = ? AND number = ?').run(origin, number);
  }

  remember(event: PeerEventRow): void {
    if (!insertEvent(this.#open, event)) return;
    this.#inserted = event;
    showEvent(this.#open, this.#table(event.entity), event);
  }

  keep(event: PeerEventRow): void {
    this.remember(event);
    this.noteApplied(event);
  }

  succeed(event: PeerEventRow, before: readonly PeerEventName[]): boolean {
    if (!insertEvent(this.#open, event)) return false;
    this.#inserted = event;
    const { entity, recordId, data } = event;
    this.setHeads(entity, recordId, [event], before);
    const table = this.#table(entity);
    const isChanged = table !== null && this.#bring(table, recordId, data);
    if (!showChange(this.#open, table, event, isChanged) && table && isChanged)
      noteShown(this.#open, table, { entity, recordId, data, by: event });
    return true;
  }

  fill(events: readonly PeerEventRow[]): PeerEventRow[] {
    const ofEntities = [...Map.groupBy(events, ({ entity }) => entity)];
    return ofEntities.flatMap(([entity, some]) => fillRecords(this.#open, this.#table(entity), some));
  }

  showLatest(): void {
    showLatest(this.#open);
  }

  forget({ origin, number }: PeerEventName): void {
    hideEvent(this.#open, { origin, number });
    this.#open.prepare('DELETE FROM spark_peer_events WHERE origin = ? AND number = ?').run(origin, number);
  }

  headsBetween(after: PeerRecordName | null, to: PeerRecordName): PeerEventRow[] {
    return headsBetween(this.#open, after, to);
  }

  heads(entity: string, recordId: string): PeerEventRow[] {
    return this.#open.rows<Row>(HEADS, entity, recordId).map(toEvent);
  }

  setHeads(
    entity: string,
    recordId: string,
    heads: readonly PeerEventRow[],
    known?: readonly PeerEventName[],
  ): void {
    const before = replaceHeads(this.#open, { entity, recordId }, heads, known);
    for (const head of heads) if (!isSameName(head, this.#inserted)) unsetPast(this.#open, head);
    // Only several heads are a conflict.
    if (before < 2 && heads.length < 2) return;
    const names = textOf(heads);
    this.#open
      .prepare(
        `UPDATE spark_peer_conflicts SET ended = ?
         WHERE entity = ? AND record_id = ? AND ended IS NULL AND heads <> ?`,
      )
      .run(Date.now(), entity, recordId, names);
    if (heads.length > 1) {
      this.#open
        .prepare(
          `INSERT INTO spark_peer_conflicts (entity, record_id, heads) SELECT ?, ?, ? WHERE NOT EXISTS
             (SELECT 1 FROM spark_peer_conflicts WHERE entity = ? AND record_id = ? AND ended IS NULL)`,
        )
        .run(entity, recordId, names, entity, recordId);
    }
  }

  openConflicts(entity: string, range: { before: number; after: number; limit: number }): OpenConflict[] {
    return this.#open.rows(
      `SELECT number, record_id AS recordId FROM spark_peer_conflicts
       WHERE entity = ? AND ended IS NULL AND at < ? AND number > ? ORDER BY number LIMIT ?`,
      entity,
      range.before,
      range.after,
      range.limit,
    );
  }

  resolutions(heads: readonly PeerEventRow[]): PeerEventRow[] {
    const [first] = heads;
    return first ? this.resolutionsOf(first, textOf(heads)) : [];
  }

  /** @param heads as text */
  resolutionsOf({ entity, recordId }: PeerRecordName, heads: string): PeerEventRow[] {
    const where = `WHERE event.entity = ? AND event.record_id = ? AND event.resolver_version IS NOT NULL AND event.sees = ?`;
    return this.#events(where, entity, recordId, heads);
  }

  show(entity: string, recordId: string, data: string | null, by?: PeerEventName): void {
    const table = this.#table(entity);
    if (table && this.#bring(table, recordId, data))
      noteShown(this.#open, table, { entity, recordId, data, by });
  }

  /** @returns whether it changed the row */
  #bring(table: DocumentTable, recordId: string, data: string | null): boolean {
    applyFromNowOn(this.#open);
    try {
      return data === null ? table.remove(recordId) : table.putFields(recordId, data, Date.now());
    } catch (error) {
      // The other records continue; a comparison with another node reports this one.
      if (reasonToRefuse(error) === null) throw error;
      this.rejected++;
      return false;
    }
  }

  propose(heads: readonly PeerEventRow[], content: string | null, version: number): void {
    const event = this.#ownEvent(heads, content, version);
    if (event) this.keep(event);
  }

  retract(heads: readonly PeerEventRow[]): void {
    const event = this.#ownEvent(heads, null, null);
    if (!event) return;
    this.keep(event);
    this.setHeads(event.entity, event.recordId, [event], heads);
    this.show(event.entity, event.recordId, null, event);
  }

  #ownEvent(
    heads: readonly PeerEventRow[],
    data: string | null,
    resolverVersion: number | null,
  ): PeerEventRow | null {
    const [first] = heads;
    const own = this.#open.row<{ origin: string; written: number }>(
      `SELECT own.origin, own.applied AS written
       FROM spark_peer_origins AS own JOIN spark_peer AS peer ON peer.origin = own.origin`,
    );
    if (!first || !own) return null;
    return {
      origin: own.origin,
      number: own.written + 1,
      hlc: Math.min(LATEST_STAMP, Math.max(...heads.map(({ hlc }) => hlc)) + 1),
      entity: first.entity,
      recordId: first.recordId,
      operation: data === null ? 'DELETE' : 'UPDATE',
      data,
      timestamp: Date.now(),
      sees: heads,
      resolverVersion,
      tx: own.written + 1,
    };
  }

  setAside(names: readonly PeerEventName[]): void {
    setAside(this.#open, names);
  }

  /** Of what is replicated here, and of nothing else that the file has. No one else creates tables within a transaction. */
  #table(entity: string): DocumentTable | null {
    const known = this.#tables.get(entity);
    if (known !== undefined) return known;
    const table = isEntity(this.#open, entity) ? findTable(this.#open, entity) : null;
    this.#tables.set(entity, table);
    return table;
  }

  #events(where: string, ...parameters: (string | number)[]): PeerEventRow[] {
    return this.#open.rows<Row>(`${EVENTS} ${where}`, ...parameters).map(toEvent);
  }
}
