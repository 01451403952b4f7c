/** What a node says of itself with each message; 0 for what it does not say. */
export interface Claims {
  /** The message of the log up to which it had applied everything, when all that it wrote before was in the log. */
  readonly ack: number;
  /** The message up to which it had applied everything; in a join, what its origin before had acknowledged. */
  readonly at: number;
  /** Up to which number of the origin its events are known to be on every node. */
  readonly stable: number;
}
