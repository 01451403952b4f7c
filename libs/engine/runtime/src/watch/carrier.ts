/** How often the carrier of a unit says that it lives, in ticks of a second. */
export const SAY_AGAIN = 3;

/**
 * After how many ticks without a word of a carrier nobody is taken to carry a unit. A lease passes on after 5 s; with the
 * time between two words, and some for the new carrier to begin, this stays below the 15 s within which a fault shows.
 */
export const CARRIER_PATIENCE = 11;

export const CARRIED_BY = ['this-instance', 'another-instance', 'nobody', 'unknown'] as const;

/** Who carries a unit, as far as this instance hears; `unknown` only before it could hear anything. */
export type CarriedBy = (typeof CARRIED_BY)[number];

/**
 * Whether somebody carries a unit: the carrier's word has to reach the board again and again. Counted in ticks of this
 * process, not by a clock, so that a process that slept does not take the others for dead when it wakes.
 */
export class Carrier {
  #silent = 0;
  #heard = false;

  /** A carrier's word stands on the board: this instance's own, or another one's. */
  heard(): void {
    this.#heard = true;
    this.#silent = 0;
  }

  tick(): void {
    this.#silent++;
  }

  /** For how many ticks nothing was heard; null while that need not mean anything. */
  get missingFor(): number | null {
    return this.#silent >= CARRIER_PATIENCE ? this.#silent : null;
  }

  by(active: boolean): CarriedBy {
    if (this.missingFor !== null) return 'nobody';
    if (active) return 'this-instance';
    return this.#heard ? 'another-instance' : 'unknown';
  }
}
