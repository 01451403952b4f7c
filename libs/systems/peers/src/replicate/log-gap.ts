export interface LogGapParts {
  /** Asks another node to take a snapshot. */
  askForSnapshot(): Promise<unknown>;
  say(reason: string): void;
  /** Records that events in messages up to a position may be missing permanently. */
  giveUp(to: number): Promise<void>;
}

/** Handles messages that were removed from the log before this node has read them. */
export class LogGap {
  readonly #parts: LogGapParts;
  /** The last message that was read, applied or not. */
  readTo = 0;
  #end = 0;
  #missingTo: number | null = null;
  #givenUpTo = 0;
  /** The last message whose predecessors are not in this log; 0 if none. */
  lackedAt = 0;

  constructor(parts: LogGapParts) {
    this.#parts = parts;
  }

  /**
   * Starts reading after a position.
   * @param end the last message of the log
   */
  beginAt(position: number, end: number): void {
    this.readTo = position;
    this.#end = end;
  }

  /**
   * Gives up what is missing in the log at present; later losses have to be given up again.
   * @returns whether messages were missing
   */
  takeAsItIs(): boolean {
    const isLacking = this.lackedAt > 0;
    this.lackedAt = 0;
    if (this.#missingTo === null) return isLacking;
    this.#givenUpTo = Math.max(this.#end, this.#missingTo);
    return true;
  }

  /** For a new log: what was given up belonged to the previous one. */
  forget(): void {
    this.#givenUpTo = 0;
    this.#missingTo = null;
    this.lackedAt = 0;
  }

  /**
   * Events that all nodes have are not repeated in a new log: a node that was not there gets them from a snapshot.
   * @throws while events are lacking
   */
  async demandLacking(): Promise<void> {
    if (this.lackedAt === 0) return;
    const lacked = `message ${this.lackedAt} of the log follows one that is not in this log`;
    this.#parts.say(`${lacked}, and no snapshot covers it yet`);
    await this.#parts.askForSnapshot();
    throw new Error(`${lacked}; a snapshot has been requested`);
  }

  /**
   * Passes over a gap if an operator has given up its messages; otherwise they have to come from a snapshot.
   * @param first the first message that exists
   * @throws while messages are missing
   */
  async pass(first: number): Promise<void> {
    const next = this.readTo + 1;
    if (first <= next) {
      this.#missingTo = null;
      return;
    }
    if (first - 1 <= this.#givenUpTo) {
      await this.#parts.giveUp(first - 1);
      this.readTo = first - 1;
      this.#missingTo = null;
      return;
    }
    this.#missingTo = first - 1;
    const gone = `messages ${next} to ${first - 1} of the log are gone`;
    this.#parts.say(`${gone}, and no snapshot covers them yet`);
    await this.#parts.askForSnapshot();
    throw new Error(`${gone}; a snapshot has been requested`);
  }
}
