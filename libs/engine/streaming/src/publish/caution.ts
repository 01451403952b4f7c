import type { Etag } from '@nestjs-spark/contracts';

/** So often a single change has to fail, while the log takes other sets, before it is left out. */
const FAILURES = 2;

const MOST_TOGETHER = 64;

/** Where publishing failed for a reason that may lie in what was published. */
export interface Failed {
  /** Everything up to here is in the log. */
  after: Etag;
  /** How many changes the set had. */
  changes: number;
  cause: unknown;
}

/**
 * How many changes the next set may have, after some that could not be published although the log took others: half as many
 * each time, until one alone is left, and twice as many after each set that the log took. Nothing here is about time or kinds
 * of errors. Outlives a capture's sessions, since each failure ends one.
 */
export class Caution {
  #after: Etag | null = null;
  #most = Infinity;
  #failures = 0;
  #cause: unknown = null;
  #together = MOST_TOGETHER;
  /** What of the open request to run documents again was refused: a session may end before the request does. */
  readonly refusedAgain = new Set<string>();
  /** The document that is run again by itself now: the next session begins with it, so that its failures are counted. */
  tryingAgain: string | null = null;

  /** The change that follows `after` is under suspicion: the log has to show first that it takes sets at all. */
  needsProbe(after: Etag): boolean {
    return this.mostAfter(after) === 1;
  }

  /** The most changes of a set that follows `after`. */
  mostAfter(after: Etag): number {
    return this.#after === after ? this.#most : Infinity;
  }

  /** The change that follows `after` failed alone, again and again. */
  isRefusedAfter(after: Etag): boolean {
    return this.#after === after && this.#most === 1 && this.#failures >= FAILURES;
  }

  /** How many documents that are run again may be published as one change, which cannot be cut. */
  get together(): number {
    return this.#together;
  }

  /** So many of them were not taken: fewer at once from now on. */
  refusedTogether(documents: number): void {
    this.#together = Math.max(1, Math.ceil(documents / 2));
  }

  /** The request to run documents again is through. */
  allRunAgain(): void {
    this.#together = MOST_TOGETHER;
    this.refusedAgain.clear();
    this.tryingAgain = null;
  }

  /** Why it failed last. */
  get cause(): unknown {
    return this.#cause;
  }

  failed({ after, changes, cause }: Failed): void {
    const isSame = this.#after === after;
    this.#failures = isSame && changes <= 1 ? this.#failures + 1 : 1;
    this.#cause = cause;
    this.#after = after;
    this.#most = Math.max(1, Math.ceil(changes / 2));
    if (changes > 1) this.#failures = 0;
  }

  /** The log has everything up to here. */
  passed(to: Etag): void {
    if (this.#after === null) return;
    this.#failures = 0;
    this.#most *= 2;
    this.#after = this.#most > LARGEST ? null : to;
    if (this.#after === null) this.#most = Infinity;
  }
}

/** A set of this many changes is as good as any. */
const LARGEST = 2_048;
