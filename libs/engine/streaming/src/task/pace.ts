/** Intervals of what is not driven by changes. All in milliseconds. */
export interface Pace {
  /** How often an idle capture checks that its log is unchanged. */
  idleMs: number;
  /** How often the requester is told the source's position when there is nothing for it. */
  watermarkMs: number;
  /** How often to check for a restored source while changes flow. */
  witnessMs: number;
  /** Minimum interval between trims of confirmed sets. */
  trimMs: number;
  /** How long a capture waits on a full log before it checks again. */
  fullLogMs: number;
  /** Minimum interval between the requester's confirmations. */
  confirmMs: number;
  /** How long a requester waits for a log that does not exist yet before it checks again. */
  noLogMs: number;
  /** How often a requester checks whether what blocked its copies is gone. */
  freedMs: number;
  /** How often a requester retries copies that could not be deleted. */
  undeletedMs: number;
  /** The first wait after a failure; each further one doubles, up to fifty times this. */
  backoffMs: number;
  /**
   * How long a capture waits before it reads again on request for the second time; each further wait doubles, up to 300 times
   * this.
   */
  answerMs: number;
  /** Minimum interval between two sessions that begin for a changed agreement: changes in between begin together. */
  changedMs: number;
  /** How often an instance looks for a comparison that was requested at another one. */
  askedMs: number;
  /** How often an instance reads what is shared and reports that it is alive: the length of a tick. */
  tickMs: number;
  /**
   * A document that the target does not accept alone is retried after these pauses before it counts as refused if there was no
   * answer, and only after the first of them if the target answered with a failure.
   */
  refusedAfterMs: readonly number[];
}

export const PACE: Pace = {
  idleMs: 10_000,
  watermarkMs: 30_000,
  witnessMs: 5_000,
  trimMs: 500,
  fullLogMs: 2_000,
  confirmMs: 200,
  noLogMs: 500,
  freedMs: 5_000,
  undeletedMs: 60_000,
  backoffMs: 100,
  answerMs: 1_000,
  changedMs: 1_000,
  askedMs: 10_000,
  tickMs: 1_000,
  refusedAfterMs: [20, 500, 2_000],
};
