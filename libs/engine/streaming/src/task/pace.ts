/** How often things happen that are not driven by changes. All in milliseconds. */
export interface Pace {
  /** How often an idle capture looks whether its log is still what it was. */
  idleMs: number;
  /** How often the requester hears how far the source is although nothing came for it. */
  watermarkMs: number;
  /** How often a restored source is looked for while changes flow. */
  witnessMs: number;
  /** How often confirmed sets are trimmed, at most. */
  trimMs: number;
  /** How long a capture waits for a full log before it looks again. */
  fullLogMs: number;
  /** At most how often the requester confirms. */
  confirmMs: number;
  /** How long a requester waits for a log that is not there yet before it looks again. */
  noLogMs: number;
  /** How often a requester looks whether what was in the way of its copies is gone. */
  freedMs: number;
  /** How often a requester tries again to delete the copies that could not be deleted. */
  undeletedMs: number;
  /** The first wait after a failure; each further one is twice as long, up to fifty times this. */
  backoffMs: number;
  /** How long a capture waits before it reads again on request for the second time; each further wait is twice as long, up to 300 times this. */
  answerMs: number;
  /** How often an instance looks for a comparison that was asked for at another one. */
  askedMs: number;
  /** How often an instance reads what is shared and reports that it is alive: the length of a tick. */
  tickMs: number;
  /**
   * A document that the target does not take alone, and of which it gave no answer, is tried again after these pauses before
   * it counts as refused; after the first of them only, when it answered that it failed.
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
  askedMs: 10_000,
  tickMs: 1_000,
  refusedAfterMs: [20, 500, 2_000],
};
