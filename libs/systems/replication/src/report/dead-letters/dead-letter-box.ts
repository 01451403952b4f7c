/** A message of this module whose handler failed for good. */
export interface DeadLetterView {
  id: string;
  subject: string;
  /** ISO 8601, UTC. */
  publishedAt: string;
  failedAt: string;
  /** Every failed try with its error, the first one first. */
  attempts: { number: number; at: string; error: string }[];
  /** Deliveries that ended without an answer, as when the process was killed. */
  unanswered: number;
}

/** `superseded`: a newer command stands in its place already, so the letter was only removed. */
export type ReplayOutcome = 'replayed' | 'superseded' | 'not-found';

/** This module's dead letters, as the bus keeps them. Every method throws `UnavailableError` while it is away. */
export interface DeadLetterBox {
  /** The oldest first. */
  list(): Promise<DeadLetterView[]>;
  /** Cheaper than `list`. */
  count(): Promise<number>;
  /** Sends the message again to the handler that failed, and takes the letter away. */
  replay(id: string): Promise<ReplayOutcome>;
}
