/** How often the carrier of a unit reports that it is alive, in ticks of a second. */
export const SAY_AGAIN = 3;

/**
 * After this many ticks without a report, the unit counts as having no carrier. A lease is taken over after 5 s; with the time
 * between two reports, and some for the new carrier to begin, this stays below the 15 s within which a fault must show.
 */
export const CARRIER_PATIENCE = 11;

export const CARRIED_BY = ['this-instance', 'another-instance', 'nobody', 'unknown'] as const;

/** Who carries a unit, as far as this instance knows; `unknown` only until a report could have arrived. */
export type CarriedBy = (typeof CARRIED_BY)[number];

/**
 * Whether any instance carries a unit: the carrier's report has to reach the board repeatedly. Counted in ticks of this process
 * rather than by a clock, so that a process that was suspended does not consider the others dead when it resumes.
 */
export class Carrier {
  #silent = 0;
  #heard = false;

  /** A carrier's report is on the board, from this instance or another. */
  heard(): void {
    this.#heard = true;
    this.#silent = 0;
  }

  tick(): void {
    this.#silent++;
  }

  /** The number of ticks without a report; null while that is inconclusive. */
  get missingFor(): number | null {
    return this.#silent >= CARRIER_PATIENCE ? this.#silent : null;
  }

  by(active: boolean): CarriedBy {
    if (this.missingFor !== null) return 'nobody';
    if (active) return 'this-instance';
    return this.#heard ? 'another-instance' : 'unknown';
  }
}
