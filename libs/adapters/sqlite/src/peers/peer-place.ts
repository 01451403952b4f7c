import type { OpenDatabase } from '../connect/open-database.ts';

/** Where a replica's file stands in the log, in one transaction of it. */
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
    this.#open.prepare('UPDATE spark_peer SET position = 0').run();
    this.#open.prepare('UPDATE spark_peer_origins SET confirmed = 0, tail = 0 WHERE taken IS NOT NULL').run();
  }

  /** Notes on which node an origin is. */
  nameNode(origin: string, node: string): void {
    this.#open
      .prepare('UPDATE spark_peer_origins SET node = ? WHERE origin = ? AND node IS NOT ?')
      .run(node, origin, node);
  }

  #text(column: 'origin' | 'log'): string | null {
    const row = this.#open.row<{ value: string | null }>(`SELECT ${column} AS value FROM spark_peer`);
    return row?.value ?? null;
  }
}
