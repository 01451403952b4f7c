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
  /** What was run again, if that is what the set had. */
  again?: string | undefined;
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
  /** What is run again is published wherever there is room, so its failures are counted by what it is. */
  readonly #again = new Map<string, number>();
  #together = MOST_TOGETHER;

  /** The change that follows `after`, or what is run again, is under suspicion: the log has to show first that it takes sets at all. */
  needsProbe(after: Etag, again?: string): boolean {
    return again === undefined ? this.mostAfter(after) === 1 : this.#again.has(again);
  }

  /** The most changes of a set that follows `after`. */
  mostAfter(after: Etag): number {
    return this.#after === after ? this.#most : Infinity;
  }

  /** The change that follows `after` failed alone, again and again. */
  isRefusedAfter(after: Etag): boolean {
    return this.#after === after && this.#most === 1 && this.#failures >= FAILURES;
  }

  /** This, which is run again, failed again and again. */
  isRefusedAgain(what: string): boolean {
    return (this.#again.get(what) ?? 0) >= FAILURES;
  }

  /** How many documents that are run again may be published as one change, which cannot be cut. */
  get together(): number {
    return this.#together;
  }

  /** So many of them were not taken: fewer at once from now on. */
  refusedTogether(documents: number): void {
    this.#again.clear();
    this.#together = Math.max(1, Math.ceil(documents / 2));
  }

  /** This document was not taken by itself, and is set aside once more: it may be asked for again. */
  refusedByItself(key: string): void {
    this.#again.delete(key);
  }

  /** The request to run documents again is through. */
  allRunAgain(): void {
    this.#again.clear();
    this.#together = MOST_TOGETHER;
  }

  /** Why it failed last. */
  get cause(): unknown {
    return this.#cause;
  }

  failed({ after, changes, again, cause }: Failed): void {
    this.#cause = cause;
    if (again !== undefined) {
      this.#again.set(again, (this.#again.get(again) ?? 0) + 1);
      return;
    }
    const isSame = this.#after === after;
    this.#failures = isSame && changes <= 1 ? this.#failures + 1 : 1;
    this.#after = after;
    this.#most = Math.max(1, Math.ceil(changes / 2));
    if (changes > 1) this.#failures = 0;
  }

  /** The log has everything up to here. */
  passed(to: Etag, again?: string): void {
    if (again !== undefined) this.#again.delete(again);
    if (this.#after === null) return;
    this.#failures = 0;
    this.#most *= 2;
    this.#after = this.#most > LARGEST ? null : to;
    if (this.#after === null) this.#most = Infinity;
  }
}

/** A set of this many changes is as good as any. */
const LARGEST = 2_048;
