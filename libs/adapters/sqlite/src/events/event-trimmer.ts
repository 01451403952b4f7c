import type { Logger } from '@nestjs-spark/foundation/internal';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { trimEvents } from './trim-events.ts';

const AT_MOST = 10_000;
const LOOK_EVERY_MS = 1_000;
const WAITING = 'SELECT last_etag - trimmed AS value FROM spark_database WHERE has_readers = 0';

/** Keeps the event tables small in a database whose changes have no readers: nothing ever confirms them there. */
export class EventTrimmer {
  readonly #database: SqliteDatabase;
  readonly #log: Logger;
  readonly #stopListening: () => void;
  #running: Promise<void> | null = null;
  #lookedAt = 0;

  constructor(database: SqliteDatabase, log: Logger) {
    this.#database = database;
    this.#log = log;
    this.#stopListening = database.onWritten(() => this.#begin());
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#running;
  }

  #begin(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#running ??= this.#trim()
      .catch((error: unknown) => this.#log.warn(`Events are kept longer than needed: ${String(error)}`))
      .finally(() => (this.#running = null));
  }

  async #trim(): Promise<void> {
    const last = await this.#database.read((open) => {
      const waiting = open.number(WAITING);
      return waiting > AT_MOST ? open.lastEtag : null;
    });
    if (last !== null) await trimEvents(this.#database, last);
  }
}
