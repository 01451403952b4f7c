import type { OpenDatabase } from '../connect/open-database.ts';
import type { LoggedOriginRow, OwnRow, PeerEventName } from './peer-event-row.ts';

const LOGGED = 'iif(taken IS NULL, applied, max(confirmed, logged))';

/** The latest origin of each node in the log. */
export const LATEST_ORIGINS = `SELECT max(rowid) FROM spark_peer_origins
  WHERE node IS NOT NULL AND (applied > 0 OR tail > 0) GROUP BY node`;

/** How far a replica's file has the events of each origin, within one transaction. */
export class PeerOrigins {
  readonly #open: OpenDatabase;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  get position(): number {
    return this.#open.number('SELECT position AS value FROM spark_peer');
  }

  set position(position: number) {
    this.#open.prepare('UPDATE spark_peer SET position = ?, position_at = NULL').run(position);
  }

  get news(): number {
    return this.#open.number('SELECT news AS value FROM spark_peer');
  }

  set news(sequence: number) {
    this.#open.prepare('UPDATE spark_peer SET news = ?').run(sequence);
  }

  get horizon(): number {
    return this.#open.number('SELECT horizon AS value FROM spark_peer');
  }

  set horizon(stamp: number) {
    this.#open.prepare('UPDATE spark_peer SET horizon = ?').run(stamp);
  }

  get current(): string {
    return this.#open.row<{ origin: string }>('SELECT origin FROM spark_peer')?.origin ?? '';
  }

  get acked(): number {
    return this.#open.number(
      'SELECT ifnull(max(ack), 0) AS value FROM spark_peer_origins WHERE taken IS NOT NULL',
    );
  }

  get backlog(): number {
    return this.#open.number(
      'SELECT ifnull(sum(applied - confirmed), 0) AS value FROM spark_peer_origins WHERE taken IS NOT NULL',
    );
  }

  members(): { joined: number; acked: number; closed: number | null }[] {
    return this.#open.rows(
      `SELECT 0 AS joined, ack AS acked, closed FROM spark_peer_origins WHERE rowid IN (${LATEST_ORIGINS})`,
    );
  }

  ownOrigins(): string[] {
    const rows = this.#open.rows<{ origin: string }>(
      'SELECT origin FROM spark_peer_origins WHERE taken IS NOT NULL',
    );
    return rows.map(({ origin }) => origin);
  }

  stableOf(origin: string): number {
    return this.#open.number('SELECT stable AS value FROM spark_peer_origins WHERE origin = ?', origin);
  }

  noteStable(origin: string, number: number): void {
    this.#open
      .prepare('UPDATE spark_peer_origins SET stable = max(stable, ?) WHERE origin = ?')
      .run(number, origin);
  }

  settledTo(): number {
    return this.#open.number(
      `SELECT ifnull((SELECT min(event.taken) - 1 FROM spark_peer_origins AS own JOIN spark_peer_events AS event
         ON event.origin = own.origin AND event.number > own.confirmed
         WHERE own.taken IS NOT NULL AND own.applied > own.confirmed),
         (SELECT ifnull(max(taken), 0) FROM spark_peer_events)) AS value`,
    );
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

  /**
   * For own origins, up to where they were confirmed by this log or the previous one; for others, up to where they are applied.
   */
  loggedOrigins(): LoggedOriginRow[] {
    return this.#open.rows(
      `SELECT origin, ${LOGGED} AS number, tail, node, ack, closed, knows FROM spark_peer_origins ORDER BY rowid`,
    );
  }

  coverOrigin({ origin, number, tail, node, ack = 0, closed = null, knows = 0 }: LoggedOriginRow): void {
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, applied, tail, node, ack, closed, knows) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (origin) DO UPDATE SET
           applied = max(applied, excluded.applied),
           confirmed = iif(taken IS NULL, 0, max(confirmed, excluded.applied)),
           tail = max(tail, excluded.tail),
           node = ifnull(node, excluded.node),
           ack = max(ack, excluded.ack),
           closed = ifnull(closed, excluded.closed),
           knows = max(knows, excluded.knows)`,
      )
      .run(origin, number, tail, node, ack, closed, knows);
  }

  noteTail(origin: string, sequence: number): void {
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, tail) VALUES (?, ?)
         ON CONFLICT (origin) DO UPDATE SET tail = excluded.tail`,
      )
      .run(origin, sequence);
  }

  /** Like `noteTail`, but only for an origin that is known here: messages under other names leave no trace. */
  noteTailOfKnown(origin: string, sequence: number): void {
    this.#open.prepare('UPDATE spark_peer_origins SET tail = ? WHERE origin = ?').run(sequence, origin);
  }

  /** The last of its own messages in the log; null if none. */
  latestTail(): { origin: string; sequence: number } | null {
    return this.#open.row(
      'SELECT origin, tail AS sequence FROM spark_peer_origins WHERE taken IS NOT NULL AND tail > 0 ORDER BY tail DESC LIMIT 1',
    );
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

  noteApplied({ origin, number }: PeerEventName): void {
    this.#open
      .prepare(
        `INSERT INTO spark_peer_origins (origin, applied) VALUES (?, ?)
         ON CONFLICT (origin) DO UPDATE SET applied = excluded.applied`,
      )
      .run(origin, number);
  }

  loggedTo(origin: string): number {
    return this.#open.number(`SELECT ${LOGGED} AS value FROM spark_peer_origins WHERE origin = ?`, origin);
  }

  mayLack(origin: string): boolean {
    const skipped = this.#open.number('SELECT skipped AS value FROM spark_peer');
    return skipped > 0 && this.tailOf(origin) <= skipped;
  }
}
