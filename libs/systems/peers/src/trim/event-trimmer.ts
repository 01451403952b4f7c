import { setImmediate } from 'node:timers/promises';
import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import { type OpenDatabase, PeerPlace, PeerRows, type SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { type Everywhere, LowWaterMark } from './low-water-mark.ts';
import { trimEvents } from './trim-events.ts';

const EVERY_MS = 5_000;
/** The number of events checked in one transaction, so that writes of the application can run in between. */
const PAGE = 200;
const NOTHING: Everywhere = { taken: 0, own: [] };

/** Removes events from a replica's file that neither nodes nor people need any more. */
export class PeerEventTrimmer {
  readonly #database: SqliteDatabase;
  readonly #keepEvents: number;
  readonly #logger: Logger;
  readonly #mark = new LowWaterMark();

  /** @param keepEvents how many of the latest events are always kept */
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
      onFailure: (error) => this.#logger.warn(`Removing old events is delayed: ${describeError(error)}`),
    });
  }

  /** Removes events that all members have acknowledged since the last call and that later events have replaced. */
  async trim(): Promise<void> {
    // Check first: every write transaction changes the file, and usually there is nothing to do.
    const { own, to, isMore } = await this.#database.read((open) => this.#look(open));
    if (own.length > 0) await this.#database.write((open) => noteStable(new PeerRows(open), own));
    for (let more = isMore; more;) {
      more = await this.#database.write((open) => this.#trimPage(open, to));
      await setImmediate();
    }
  }

  #look(open: OpenDatabase): { own: Everywhere['own']; to: number; isMore: boolean } {
    const { taken, own } = this.#mark.advance(new PeerRows(open)) ?? NOTHING;
    const { lastTaken, trimmed } = new PeerPlace(open);
    const to = Math.min(taken, lastTaken - this.#keepEvents);
    return { own, to, isMore: to > trimmed };
  }

  #trimPage(open: OpenDatabase, to: number): boolean {
    const place = new PeerPlace(open);
    const last = trimEvents(new PeerRows(open), { after: place.trimmed, to, limit: PAGE });
    place.trimmed = last ?? to;
    return last !== null;
  }
}

function noteStable(file: PeerRows, own: Everywhere['own']): void {
  for (const [origin, number] of own) file.noteStable(origin, number);
}
