import type { Etag } from '@nestjs-spark/contracts';

/** How often a single change has to fail, while the log accepts other sets, before it is left out. */
const FAILURES = 2;

const MOST_TOGETHER = 64;

/** Where publishing failed for a reason that may lie in the content. */
export interface Failed {
  /** Everything up to here is in the log. */
  after: Etag;
  /** The number of changes in the set. */
  changes: number;
  /** What was rerun, if that is the set's content. */
  again?: string | undefined;
  cause: unknown;
}

/**
 * How many changes the next set may have, after a failure to publish some although the log accepted others: half as many each
 * time, down to a single one, and twice as many after each set that the log accepts. Independent of time and error types.
 * Outlives a capture's sessions, since each failure ends one.
 */
export class Caution {
  #after: Etag | null = null;
  #most = Infinity;
  #failures = 0;
  #cause: unknown = null;
  /** Reruns are published wherever there is room, so their failures are counted by content. */
  readonly #again = new Map<string, number>();
  #together = MOST_TOGETHER;

  /** The change after `after`, or the rerun, is under suspicion: the log first has to show that it accepts sets at all. */
  needsProbe(after: Etag, again?: string): boolean {
    return again === undefined ? this.mostAfter(after) === 1 : this.#again.has(again);
  }

  /** Maximum number of changes in a set that follows `after`. */
  mostAfter(after: Etag): number {
    return this.#after === after ? this.#most : Infinity;
  }

  /** The change after `after` failed alone, repeatedly. */
  isRefusedAfter(after: Etag): boolean {
    return this.#after === after && this.#most === 1 && this.#failures >= FAILURES;
  }

  /** This rerun failed repeatedly. */
  isRefusedAgain(what: string): boolean {
    return (this.#again.get(what) ?? 0) >= FAILURES;
  }

  /** How many rerun documents may be published as one change, which cannot be split. */
  get together(): number {
    return this.#together;
  }

  /** This many were not accepted together: publish fewer at a time. */
  refusedTogether(documents: number): void {
    this.#again.clear();
    this.#together = Math.max(1, Math.ceil(documents / 2));
  }

  /** This document was not accepted on its own, and is set aside again: its rerun may be requested again. */
  refusedByItself(key: string): void {
    this.#again.delete(key);
  }

  /** The rerun request is complete. */
  allRunAgain(): void {
    this.#again.clear();
    this.#together = MOST_TOGETHER;
  }

  /** The last failure. */
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

/** From this size on, sets are not limited. */
const LARGEST = 2_048;
