import { setImmediate } from 'node:timers/promises';
import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import { type OpenDatabase, PeerPlace, PeerRows, type SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { LowWaterMark } from './low-water-mark.ts';
import { trimEvents } from './trim-events.ts';

const EVERY_MS = 5_000;
/** So many events are looked at in one transaction: writes of the application come in between. */
const PAGE = 200;

/** Keeps the events of a replica's file to what other nodes or people may still need. */
export class PeerEventTrimmer {
  readonly #database: SqliteDatabase;
  readonly #keepEvents: number;
  readonly #logger: Logger;
  readonly #mark = new LowWaterMark();

  /** @param keepEvents how many of the latest events stay in any case */
  constructor(database: SqliteDatabase, keepEvents: number, logger: Logger) {
    this.#database = database;
    this.#keepEvents = keepEvents;
    this.#logger = logger;
  }

  /** @returns when aborted */
  run(signal: AbortSignal): Promise<void> {
    const trim = async () => {
      await pause(EVERY_MS, signal);
      if (!signal.aborted) await this.trim();
    };
    return keepRunning(trim, {
      signal,
      policy: { waitMs: EVERY_MS },
      endMs: Infinity,
      onFailure: (error) => this.#logger.warn(`Removing old events waits: ${describeError(error)}`),
    });
  }

  /** Removes what all members have acknowledged since this was called before, and what later events have replaced. */
  async trim(): Promise<void> {
    const to = await this.#database.write((open) => this.#mark.advance(new PeerRows(open)));
    if (to === null) return;
    for (let more = true; more;) {
      more = await this.#database.write((open) => this.#trimPage(open, to));
      await setImmediate();
    }
  }

  #trimPage(open: OpenDatabase, reached: number): boolean {
    const place = new PeerPlace(open);
    const to = Math.min(reached, place.lastTaken - this.#keepEvents);
    if (to <= place.trimmed) return false;
    const last = trimEvents(new PeerRows(open), { after: place.trimmed, to, limit: PAGE });
    place.trimmed = last ?? to;
    return last !== null;
  }
}
