import type { PeerFile } from '../receive/peer-file.ts';
import { lowWaterOf } from './low-water.ts';

/** A position in the log, and the state of the file when it had read up to there. */
interface Mark {
  readonly place: number;
  /** The last of its events, in the order in which it took them, before the first own one that is not in the log. */
  readonly taken: number;
  /** For each own origin, the number up to which its events were in the log. */
  readonly own: readonly (readonly [string, number])[];
}

/** The part of a file that all members have. */
export interface Everywhere {
  /** The last of those events, in the order in which the file took them. */
  readonly taken: number;
  /** The last number of each own origin; only those that the file has not recorded yet. */
  readonly own: readonly (readonly [string, number])[];
}

/** Which of a file's events every member has: a marked state is everywhere once all members have acknowledged its position. */
export class LowWaterMark {
  #mark: Mark | null = null;

  /** Reads the file without changing it. @returns null until all members have reached the marked position */
  advance(file: PeerFile): Everywhere | null {
    const { news: place } = file;
    const low = lowWaterOf(file);
    // A position before the mark belongs to another log.
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
