import type { OpenDatabase } from '../connect/open-database.ts';
import { setTag } from '../connect/replicated.ts';
import { LATEST_ORIGINS } from './peer-origins.ts';

/** What a message says about its origin. */
interface Heard {
  readonly node: string;
  readonly at: number;
  readonly ack: number;
  readonly knows: number;
}

/** A replica file's position in the log, within one transaction. */
export class PeerPlace {
  readonly #open: OpenDatabase;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  get origin(): string {
    return this.#text('origin') ?? '';
  }

  /** The log that the position belongs to, by its creation time. Null before the first one was seen. */
  get log(): string | null {
    return this.#text('log');
  }

  set log(created: string | null) {
    this.#open.prepare('UPDATE spark_peer SET log = ?').run(created);
  }

  /** When the message at its position was stored, in milliseconds since 1970; null if unknown. */
  get positionAt(): number | null {
    return this.#open.row<{ at: number | null }>('SELECT position_at AS at FROM spark_peer')?.at ?? null;
  }

  set positionAt(at: number | null) {
    this.#open.prepare('UPDATE spark_peer SET position_at = ?').run(at);
  }

  /** Whether the file once had everything in the log. */
  get isWhole(): boolean {
    return this.#open.number('SELECT whole AS value FROM spark_peer') === 1;
  }

  becomeWhole(): void {
    this.#open.prepare('UPDATE spark_peer SET whole = TRUE').run();
  }

  /** The log's clock minus the wall clock, in microseconds. */
  get clock(): number {
    return this.#open.number('SELECT clock AS value FROM spark_peer');
  }

  set clock(microseconds: number) {
    this.#open.prepare('UPDATE spark_peer SET clock = ?').run(Math.round(microseconds));
  }

  /** The log was replaced by another: none of our events is known to be in it. */
  forgetPlaces(): void {
    this.#open.prepare('UPDATE spark_peer SET position = 0, position_at = NULL, news = 0, skipped = 0').run();
    this.#open
      .prepare(
        `UPDATE spark_peer_origins SET logged = max(logged, confirmed), confirmed = 0, tail = 0 WHERE taken IS NOT NULL`,
      )
      .run();
    this.#open.prepare('UPDATE spark_peer_origins SET ack = 0').run();
  }

  /** Treats an origin as another file's: this one publishes nothing under it. */
  disown(origin: string): void {
    this.#open
      .prepare('UPDATE spark_peer_origins SET taken = NULL, confirmed = 0, logged = 0 WHERE origin = ?')
      .run(origin);
  }

  /** Gives up on messages up to a position: events of an origin may be missing before its first message after it. */
  giveUp(to: number): void {
    this.#open.prepare('UPDATE spark_peer SET skipped = max(skipped, ?)').run(to);
  }

  /** Suffix of the ids made here. */
  get tag(): string {
    return this.#text('tag') ?? '';
  }

  set tag(tag: string) {
    this.#open.prepare('UPDATE spark_peer SET tag = ?').run(tag);
    setTag(this.#open, tag);
  }

  /** Whether every node that is not retired knows a change of the protocol. */
  doAllKnow(change: number): boolean {
    const lacking = this.#open.number(
      `SELECT count(*) AS value FROM spark_peer_origins
       WHERE rowid IN (${LATEST_ORIGINS}) AND closed IS NULL AND knows < ?`,
      change,
    );
    return lacking === 0;
  }

  /**
   * The stamps of lone deletes below a stamp, the lowest ones first, as far as they are known to be in the log.
   */
  loneDeletes(before: number, limit: number): number[] {
    const rows = this.#open.rows<{ hlc: number }>(
      `SELECT event.hlc FROM spark_peer_events AS event JOIN spark_peer_origins AS origins ON origins.origin = event.origin
       WHERE event.operation_type = 'DELETE' AND event.hlc < ? AND event.resolver_version IS NULL
         AND event.number <= iif(origins.taken IS NULL, origins.applied, origins.confirmed)
         AND (SELECT count(*) FROM spark_peer_heads AS head
           WHERE head.entity = event.entity AND head.record_id = event.record_id) = 1
         AND EXISTS (SELECT 1 FROM spark_peer_heads AS head WHERE head.entity = event.entity
           AND head.record_id = event.record_id AND head.origin = event.origin AND head.number = event.number)
       ORDER BY event.hlc LIMIT ?`,
      before,
      limit,
    );
    return rows.map(({ hlc }) => hlc);
  }

  /** Notes on which node an origin is, when it was last heard from, in milliseconds since 1970, and what it has acknowledged. */
  hear(origin: string, { node, at, ack, knows }: Heard): void {
    this.#open
      .prepare(
        'UPDATE spark_peer_origins SET node = ?, heard = ?, ack = max(ack, ?), knows = ? WHERE origin = ?',
      )
      .run(node, at, ack, knows, origin);
  }

  /** Records the position in the log where an operator closed an origin. */
  close(origin: string, sequence: number): void {
    this.#open.prepare('UPDATE spark_peer_origins SET closed = ? WHERE origin = ?').run(sequence, origin);
  }

  /** The event, in order of arrival, up to which unneeded ones were removed. */
  get trimmed(): number {
    return this.#open.number('SELECT trimmed AS value FROM spark_peer');
  }

  set trimmed(taken: number) {
    this.#open.prepare('UPDATE spark_peer SET trimmed = ?').run(taken);
  }

  /** The last event received. */
  get lastTaken(): number {
    return this.#open.number('SELECT ifnull(max(taken), 0) AS value FROM spark_peer_events');
  }

  #text(column: 'origin' | 'log' | 'tag'): string | null {
    const row = this.#open.row<{ value: string | null }>(`SELECT ${column} AS value FROM spark_peer`);
    return row?.value ?? null;
  }
}
