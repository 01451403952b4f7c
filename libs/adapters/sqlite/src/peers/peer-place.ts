import type { OpenDatabase } from '../connect/open-database.ts';
import { setTag } from '../connect/replicated.ts';

/** How far a replica's file is in the log, in one transaction of it. */
export class PeerPlace {
  readonly #open: OpenDatabase;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  get origin(): string {
    return this.#text('origin') ?? '';
  }

  /** Which log the position is of: when it was created. Null before the first one was seen. */
  get log(): string | null {
    return this.#text('log');
  }

  set log(created: string | null) {
    this.#open.prepare('UPDATE spark_peer SET log = ?').run(created);
  }

  /** Whether the file once had all that was in the log. */
  get isWhole(): boolean {
    return this.#open.number('SELECT whole AS value FROM spark_peer') === 1;
  }

  becomeWhole(): void {
    this.#open.prepare('UPDATE spark_peer SET whole = TRUE').run();
  }

  /** The log's clock less the wall clock, in microseconds. */
  get clock(): number {
    return this.#open.number('SELECT clock AS value FROM spark_peer');
  }

  set clock(microseconds: number) {
    this.#open.prepare('UPDATE spark_peer SET clock = ?').run(Math.round(microseconds));
  }

  /** Another log stands where this one was: nothing of ours is known to be in it. */
  forgetPlaces(): void {
    this.#open.prepare('UPDATE spark_peer SET position = 0, news = 0, skipped = 0').run();
    this.#open
      .prepare(
        `UPDATE spark_peer_origins SET logged = max(logged, confirmed), confirmed = 0, tail = 0 WHERE taken IS NOT NULL`,
      )
      .run();
    this.#open.prepare('UPDATE spark_peer_origins SET ack = 0').run();
  }

  /** Counts an origin as another file's: this one publishes nothing under it. */
  disown(origin: string): void {
    this.#open
      .prepare('UPDATE spark_peer_origins SET taken = NULL, confirmed = 0, logged = 0 WHERE origin = ?')
      .run(origin);
  }

  /** Messages up to a place were given up: events of an origin may be missing before its first message after it. */
  giveUp(to: number): void {
    this.#open.prepare('UPDATE spark_peer SET skipped = max(skipped, ?)').run(to);
  }

  /** What ends the ids that are made here. */
  get tag(): string {
    return this.#text('tag') ?? '';
  }

  set tag(tag: string) {
    this.#open.prepare('UPDATE spark_peer SET tag = ?').run(tag);
    setTag(this.#open, tag);
  }

  /** Notes on which node an origin is, when it was last heard from, in milliseconds since 1970, and what it has acknowledged. */
  hear(origin: string, { node, at, ack }: { node: string; at: number; ack: number }): void {
    this.#open
      .prepare('UPDATE spark_peer_origins SET node = ?, heard = ?, ack = max(ack, ?) WHERE origin = ?')
      .run(node, at, ack, origin);
  }

  /** Notes the place in the log where an operator closed an origin. */
  close(origin: string, sequence: number): void {
    this.#open.prepare('UPDATE spark_peer_origins SET closed = ? WHERE origin = ?').run(sequence, origin);
  }

  /** The event, in the order in which they were taken, up to which needless ones were removed. */
  get trimmed(): number {
    return this.#open.number('SELECT trimmed AS value FROM spark_peer');
  }

  set trimmed(taken: number) {
    this.#open.prepare('UPDATE spark_peer SET trimmed = ?').run(taken);
  }

  /** The event that was taken last. */
  get lastTaken(): number {
    return this.#open.number('SELECT ifnull(max(taken), 0) AS value FROM spark_peer_events');
  }

  #text(column: 'origin' | 'log' | 'tag'): string | null {
    const row = this.#open.row<{ value: string | null }>(`SELECT ${column} AS value FROM spark_peer`);
    return row?.value ?? null;
  }
}
