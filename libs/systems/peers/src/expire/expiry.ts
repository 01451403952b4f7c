import { setImmediate } from 'node:timers/promises';
import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import {
  hasOldConflicts,
  type OpenDatabase,
  PeerPlace,
  PeerRows,
  type SqliteDatabase,
  trimConflicts,
} from '@nestjs-spark/sqlite/internal';
import { KNOWS_EXPIRY } from '../carry/message.ts';
import { lowWaterOf } from '../trim/low-water.ts';

export interface ExpiryParts {
  readonly database: SqliteDatabase;
  /** For how long deletes are remembered. */
  readonly keepMs: number;
  /** The state of the node, whose writer says what is to be forgotten. */
  readonly state: { readonly isReady: boolean; readonly clockMs: number | null; expire: number | null };
  readonly logger: Logger;
}

const LOOK_MS = 60_000;
/** Forgetting them is one transaction on every node. */
const MOST_AT_ONCE = 200;

/** A position in the log, and when it was read, in milliseconds since 1970 by the log's clock. */
interface Mark {
  readonly place: number;
  readonly at: number;
}

/**
 * Makes all nodes forget old deletes at the same place in the log, by a message that says below which stamp. It is sent only once every
 * member has acknowledged a place that was read when these deletes were old enough.
 */
export class Expiry {
  readonly #parts: ExpiryParts;
  #mark: Mark | null = null;

  constructor(parts: ExpiryParts) {
    this.#parts = parts;
  }

  /** @returns when aborted */
  run(signal: AbortSignal): Promise<void> {
    const look = async () => {
      // At a different time on each node, so that usually only one of them says it.
      await pause(LOOK_MS * (0.5 + Math.random()), signal);
      if (!signal.aborted) await this.look();
    };
    return keepRunning(look, {
      signal,
      policy: { waitMs: LOOK_MS },
      endMs: Infinity,
      onFailure: (error) =>
        this.#parts.logger.warn(`Forgetting old deletes is delayed: ${describeError(error)}`),
    });
  }

  /** Makes all nodes forget the oldest deletes, if they are old enough, and removes conflicts that ended as long ago from this file. */
  async look(now = Date.now()): Promise<void> {
    const { database, state, keepMs } = this.#parts;
    const endedBefore = now - keepMs;
    // Check first: every write transaction changes the file, and usually there is nothing to do.
    for (let more = await database.read((open) => hasOldConflicts(open, endedBefore)); more;) {
      more = await database.write((open) => trimConflicts(open, endedBefore));
      await setImmediate();
    }
    // Stamps are of the log's time, which this run may not know yet.
    if (!state.isReady || state.clockMs === null) return;
    const at = now + state.clockMs;
    state.expire = await database.read((open) => this.#stampIn(open, at));
  }

  #stampIn(open: OpenDatabase, at: number): number | null {
    const { keepMs } = this.#parts;
    const file = new PeerRows(open);
    // A position before the mark belongs to another log.
    if (this.#mark !== null && this.#mark.place > file.news) this.#mark = null;
    const isReached = this.#mark !== null && lowWaterOf(file) >= this.#mark.place;
    const reached = isReached ? this.#mark : null;
    if (isReached || this.#mark === null) this.#mark = { place: file.news, at };
    const place = new PeerPlace(open);
    // A node of an earlier version would remember what the others have forgotten.
    if (reached === null || !place.doAllKnow(KNOWS_EXPIRY)) return null;
    return stampAfter(place.loneDeletes((reached.at - keepMs) * 1_000, MOST_AT_ONCE));
  }
}

/** The stamp below which all of these are, but as few others as possible. */
function stampAfter(stamps: readonly number[]): number | null {
  const last = stamps.at(-1);
  return last === undefined ? null : last + 1;
}
