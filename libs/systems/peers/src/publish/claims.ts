/** Claims of a node in each message; 0 for a claim that it does not make. */
export interface Claims {
  /** The position up to which it had applied the log, provided that everything it wrote before was in the log. */
  readonly ack: number;
  /** The position up to which it had applied the log; in a join, what its previous origin had acknowledged. */
  readonly at: number;
  /** The number up to which the origin's events are known to be on every node. */
  readonly stable: number;
}
