import type { PeerFile } from '../receive/peer-file.ts';
import { lowWaterOf } from './low-water.ts';

/** A place of the log, and what the file had when it had read up to there. */
interface Mark {
  readonly place: number;
  /** The last of its events, in the order in which it took them, before the first own one that is not in the log. */
  readonly taken: number;
  /** Up to which number of its own origins the events were in the log. */
  readonly own: readonly (readonly [string, number])[];
}

/** The part of a file that all members have. */
export interface Everywhere {
  /** The last of the events, in the order in which the file took them. */
  readonly taken: number;
  /** The last number of each of its own origins; only those that the file has not noted yet. */
  readonly own: readonly (readonly [string, number])[];
}

/** Up to where everybody has a file's events: known once all members have acknowledged a place at which it was looked at. */
export class LowWaterMark {
  #mark: Mark | null = null;

  /** Looks at the file and does not change it. @returns null until all members have come to the place before */
  advance(file: PeerFile): Everywhere | null {
    const { news: place } = file;
    const low = lowWaterOf(file);
    // A place before the mark is one in another log.
    if (this.#mark !== null && this.#mark.place > place) this.#mark = null;
    const reached = this.#mark !== null && low >= this.#mark.place ? this.#mark : null;
    if (this.#mark !== null && reached === null) return null;
    const own = file.ownOrigins().map((origin) => [origin, file.own(origin)?.confirmed ?? 0] as const);
    this.#mark = { place, taken: file.settledTo(), own };
    if (reached === null) return null;
    const news = reached.own.filter(([origin, number]) => number > file.stableOf(origin));
    return { taken: reached.taken, own: news };
  }
}
