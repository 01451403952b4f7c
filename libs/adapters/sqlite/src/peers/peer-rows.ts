import type { OpenDatabase } from '../connect/open-database.ts';
import { reasonToRefuse } from '../connect/sqlite-error.ts';
import { findTable } from '../entities/tables.ts';
import {
  COLUMNS,
  EVENTS,
  type LoggedOriginRow,
  type OpenConflict,
  type OwnRow,
  type PeerEventName,
  type PeerEventRow,
  type PeerRecordName,
  type Row,
  textOf,
  toEvent,
} from './peer-event-row.ts';
import { hideEvent, noteShown, showEvent } from './peer-event-table.ts';

const LOGGED = 'iif(taken IS NULL, applied, max(confirmed, logged))';

/** What a replica's file knows of events and heads, in one transaction of it. */
export class PeerRows {
  readonly #open: OpenDatabase;
  /** How many documents a table has rejected: their rows stay as they were. */
  rejected = 0;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  get position(): number {
    return this.#open.number('SELECT position AS value FROM spark_peer');
  }

  set position(position: number) {
    this.#open.prepare('UPDATE spark_peer SET position = ?').run(position);
  }

  own(origin: string): OwnRow | null {
    return this.#open.row<OwnRow>(
      'SELECT applied AS written, confirmed, tail FROM spark_peer_origins WHERE origin = ? AND taken IS NOT NULL',
      origin,
    );
  }

  setOwn(origin: string, { written, confirmed, tail }: Readonly<OwnRow>): void {
    this.#open
      .prepare(
        'UPDATE spark_peer_origins SET applied = ?, confirmed = ?, tail = ?, logged = min(logged, ?) WHERE origin = ?',
      )
      .run(written, confirmed, tail, written, origin);
  }

  /** Of own origins up to where they were confirmed, by this log or the one before it, of others up to where they are applied. */
  loggedOrigins(): LoggedOriginRow[] {
    return this.#open.rows(`SELECT origin, ${LOGGED} AS number, tail, node FROM spark_peer_origins`);
  }

  coverOrigin({ origin, number, tail, node }: LoggedOriginRow): void {
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, applied, tail, node) VALUES (?, ?, ?, ?)
         ON CONFLICT (origin) DO UPDATE SET
           applied = max(applied, excluded.applied),
           confirmed = iif(taken IS NULL, 0, max(confirmed, excluded.applied)),
           tail = max(tail, excluded.tail),
           node = ifnull(node, excluded.node)`,
      )
      .run(origin, number, tail, node);
  }

  noteTail(origin: string, sequence: number): void {
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, tail) VALUES (?, ?)
         ON CONFLICT (origin) DO UPDATE SET tail = excluded.tail`,
      )
      .run(origin, sequence);
  }

  /** The same for an origin that is known here: whoever writes under other names leaves no trace. */
  noteTailOfKnown(origin: string, sequence: number): void {
    this.#open.prepare('UPDATE spark_peer_origins SET tail = ? WHERE origin = ?').run(sequence, origin);
  }

  tailOf(origin: string): number {
    return this.#open.number('SELECT tail AS value FROM spark_peer_origins WHERE origin = ?', origin);
  }

  unconfirmedOrigins(): string[] {
    const rows = this.#open.rows<{ origin: string }>(
      'SELECT origin FROM spark_peer_origins WHERE taken IS NOT NULL AND applied > confirmed ORDER BY taken',
    );
    return rows.map(({ origin }) => origin);
  }

  takeOrigin(origin: string): void {
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, taken)
         SELECT ?, 1 + ifnull(max(taken), 0) FROM spark_peer_origins`,
      )
      .run(origin);
    this.#open.prepare('UPDATE spark_peer SET origin = ?').run(origin);
  }

  noteLife(why: string, renumbered: readonly PeerEventName[]): void {
    this.#open.prepare('INSERT INTO spark_peer_lives (why) VALUES (?)').run(why);
    for (const { origin, number } of renumbered) {
      this.#open
        .prepare('INSERT INTO spark_peer_stash (why, origin, event) VALUES (?, ?, ?)')
        .run(why, origin, number);
    }
  }

  appliedTo(origin: string): number {
    return this.#open.number('SELECT applied AS value FROM spark_peer_origins WHERE origin = ?', origin);
  }

  loggedTo(origin: string): number {
    return this.#open.number(`SELECT ${LOGGED} AS value FROM spark_peer_origins WHERE origin = ?`, origin);
  }

  mayLack(origin: string): boolean {
    const skipped = this.#open.number('SELECT skipped AS value FROM spark_peer');
    return skipped > 0 && this.tailOf(origin) <= skipped;
  }

  event({ origin, number }: PeerEventName): PeerEventRow | null {
    return this.#events('WHERE event.origin = ? AND event.number = ?', origin, number)[0] ?? null;
  }

  eventsAfter(origin: string, number: number, limit: number): PeerEventRow[] {
    const where = 'WHERE event.origin = ? AND event.number > ? ORDER BY event.number LIMIT ?';
    return this.#events(where, origin, number, limit);
  }

  recordsAfter(last: PeerRecordName | null, limit: number): PeerRecordName[] {
    return this.#open.rows(
      `SELECT DISTINCT entity, record_id AS recordId FROM spark_peer_heads
       WHERE (entity, record_id) > (?, ?) ORDER BY entity, record_id LIMIT ?`,
      last?.entity ?? '',
      last?.recordId ?? '',
      limit,
    );
  }

  history(entity: string, recordId: string): PeerEventRow[] {
    return this.#events(
      'WHERE event.entity = ? AND event.record_id = ? ORDER BY event.taken',
      entity,
      recordId,
    );
  }

  remember(event: PeerEventRow): void {
    if (this.event(event)) return;
    const { origin, number, hlc, entity, recordId, operation, data, timestamp, resolverVersion, tx } = event;
    this.#open
      .prepare(
        `INSERT INTO spark_peer_events
           (origin, number, hlc, entity, record_id, operation_type, data, timestamp, sees, resolver_version, tx)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        origin,
        number,
        hlc,
        entity,
        recordId,
        operation,
        data,
        timestamp,
        textOf(event.sees),
        resolverVersion,
        tx,
      );
    showEvent(this.#open, event);
  }

  keep(event: PeerEventRow): void {
    this.remember(event);
    const { origin, number } = event;
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, applied) VALUES (?, ?)
         ON CONFLICT (origin) DO UPDATE SET applied = excluded.applied`,
      )
      .run(origin, number);
  }

  forget({ origin, number }: PeerEventName): void {
    hideEvent(this.#open, { origin, number });
    this.#open.prepare('DELETE FROM spark_peer_events WHERE origin = ? AND number = ?').run(origin, number);
  }

  heads(entity: string, recordId: string): PeerEventRow[] {
    const rows = this.#open.rows<Row>(
      `SELECT ${COLUMNS} FROM spark_peer_heads AS head JOIN spark_peer_events AS event
         ON event.origin = head.origin AND event.number = head.number
       WHERE head.entity = ? AND head.record_id = ?`,
      entity,
      recordId,
    );
    return rows.map(toEvent);
  }

  setHeads(entity: string, recordId: string, heads: readonly PeerEventRow[]): void {
    this.#open
      .prepare('DELETE FROM spark_peer_heads WHERE entity = ? AND record_id = ?')
      .run(entity, recordId);
    for (const { origin, number, hlc } of heads) {
      this.#open
        .prepare(
          'INSERT INTO spark_peer_heads (entity, record_id, origin, number, hlc) VALUES (?, ?, ?, ?, ?)',
        )
        .run(entity, recordId, origin, number, hlc);
    }
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
    if (!first) return [];
    const where = `WHERE event.entity = ? AND event.record_id = ? AND event.resolver_version IS NOT NULL AND event.sees = ?`;
    return this.#events(where, first.entity, first.recordId, textOf(heads));
  }

  show(entity: string, recordId: string, data: string | null): void {
    const table = findTable(this.#open, entity);
    const row = table?.get(recordId);
    if (!table || (row?.document ?? null) === data) return;
    this.#open.prepare('UPDATE spark_peer SET applying = TRUE').run();
    try {
      if (data === null) table.remove(recordId);
      else table.put(row?.id ?? recordId, data, row?.metadata ?? null, Date.now());
      noteShown(this.#open, { entity, recordId, data });
    } catch (error) {
      // The other records go on; a comparison with another node names this one.
      if (reasonToRefuse(error) === null) throw error;
      this.rejected++;
    } finally {
      this.#open.prepare('UPDATE spark_peer SET applying = FALSE').run();
    }
  }

  propose(heads: readonly PeerEventRow[], content: string | null, version: number): void {
    const [first] = heads;
    const own = this.#open.row<{ origin: string; written: number }>(
      `SELECT own.origin, own.applied AS written
       FROM spark_peer_origins AS own JOIN spark_peer AS peer ON peer.origin = own.origin`,
    );
    if (!first || !own) return;
    this.keep({
      origin: own.origin,
      number: own.written + 1,
      hlc: Math.max(...heads.map(({ hlc }) => hlc)) + 1,
      entity: first.entity,
      recordId: first.recordId,
      operation: content === null ? 'DELETE' : 'UPDATE',
      data: content,
      timestamp: Date.now(),
      sees: heads,
      resolverVersion: version,
      tx: own.written + 1,
    });
  }

  #events(where: string, ...parameters: (string | number)[]): PeerEventRow[] {
    return this.#open.rows<Row>(`${EVENTS} ${where}`, ...parameters).map(toEvent);
  }
}
