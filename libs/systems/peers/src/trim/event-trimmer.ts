import { setImmediate } from 'node:timers/promises';
import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import { type OpenDatabase, PeerPlace, PeerRows, type SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import type { TakenRange } from '../receive/peer-file.ts';
import { type Everywhere, LowWaterMark } from './low-water-mark.ts';
import { trimEvents } from './trim-events.ts';

const EVERY_MS = 5_000;
/** The number of events checked at a time, so that the application can run in between. */
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
      if (!signal.aborted) await this.trim(signal);
    };
    return keepRunning(trim, {
      signal,
      policy: { waitMs: EVERY_MS },
      endMs: Infinity,
      onFailure: (error) => this.#logger.warn(`Removing old events is delayed: ${describeError(error)}`),
    });
  }

  /** Removes events that all members have acknowledged since the last call and that later events have replaced, until aborted. */
  async trim(signal?: AbortSignal): Promise<void> {
    // Check first: every write transaction changes the file, and usually there is nothing to do.
    const { own, after, to } = await this.#database.read((open) => this.#look(open));
    if (own.length > 0) await this.#database.write((open) => noteStable(new PeerRows(open), own));
    for (let checked = after; checked < to;) {
      if (signal?.aborted) return;
      checked = await this.#trimPage({ after: checked, to, limit: PAGE });
      await setImmediate();
    }
  }

  #look(open: OpenDatabase): { own: Everywhere['own']; after: number; to: number } {
    const { taken, own } = this.#mark.advance(new PeerRows(open)) ?? NOTHING;
    const { lastTaken, trimmed: after } = new PeerPlace(open);
    return { own, after, to: Math.min(taken, lastTaken - this.#keepEvents) };
  }

  /**
   * After a snapshot, or in a file that had rows before, most events are the only ones of their records: a page of them is skipped without
   * a write transaction.
   * @returns the event up to which it has checked
   */
  async #trimPage(range: TakenRange): Promise<number> {
    const { records, last } = await this.#database.read((open) => new PeerRows(open).recordsTaken(range));
    const checked = last ?? range.to;
    if (records.length > 0 || last === null)
      await this.#database.write((open) => {
        trimEvents(new PeerRows(open), range);
        new PeerPlace(open).trimmed = checked;
      });
    return checked;
  }
}

function noteStable(file: PeerRows, own: Everywhere['own']): void {
  for (const [origin, number] of own) file.noteStable(origin, number);
}
