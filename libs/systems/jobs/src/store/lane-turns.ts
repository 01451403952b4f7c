/** One in this many turns starts with the lowest lane, so that a flood of urgent jobs does not starve the others. */
const FROM_BELOW_EVERY = 8;

/** Counts the turns in which lanes are served. */
export class LaneTurns {
  #turn = 0;

  /** The lanes in the order of the next turn. @param lanes most urgent first */
  next<T>(lanes: readonly T[]): readonly T[] {
    return ++this.#turn % FROM_BELOW_EVERY === 0 ? lanes.toReversed() : lanes;
  }
}
