/** One in this many turns starts with the lowest priority, so that a flood of urgent jobs does not starve the others. */
const FROM_BELOW_EVERY = 8;

/** Counts the turns in which lanes are served. */
export class LaneTurns {
  #turn = 0;

  /**
   * All lanes in the order of the next turn. Labels and priorities take turns at being first, and so do the labels: none waits for another.
   * @param priorities most urgent first
   */
  next<T>(labels: readonly T[], priorities: readonly T[]): T[] {
    const turn = ++this.#turn;
    const first = labels.length === 0 ? 0 : (turn >> 1) % labels.length;
    const turned = [...labels.slice(first), ...labels.slice(0, first)];
    const urgent = turn % FROM_BELOW_EVERY === 0 ? priorities.toReversed() : priorities;
    return turn % 2 === 0 ? [...turned, ...urgent] : [...urgent, ...turned];
  }
}
