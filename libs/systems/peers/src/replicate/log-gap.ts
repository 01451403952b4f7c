export interface LogGapParts {
  /** Has another node take a snapshot. */
  askForSnapshot(): Promise<unknown>;
  say(reason: string): void;
  /** Notes that events of messages up to a place may be missing for good. */
  giveUp(to: number): Promise<void>;
}

/** Messages of the log that are gone before this node has read them. */
export class LogGap {
  readonly #parts: LogGapParts;
  /** The last message that was read, applied or not. */
  readTo = 0;
  #end = 0;
  #missingTo: number | null = null;
  #givenUpTo = 0;
  /** The last message that follows others which this log does not have; 0 for none. */
  lackedAt = 0;

  constructor(parts: LogGapParts) {
    this.#parts = parts;
  }

  /**
   * Begins to read after a position.
   * @param end the last message of the log
   */
  beginAt(position: number, end: number): void {
    this.readTo = position;
    this.#end = end;
  }

  /**
   * Gives up what is missing of the log as it is now; what goes missing later needs another word.
   * @returns whether messages were missing
   */
  takeAsItIs(): boolean {
    const isLacking = this.lackedAt > 0;
    this.lackedAt = 0;
    if (this.#missingTo === null) return isLacking;
    this.#givenUpTo = Math.max(this.#end, this.#missingTo);
    return true;
  }

  /** Another log begins: what was given up was of the one before. */
  forget(): void {
    this.#givenUpTo = 0;
    this.#missingTo = null;
    this.lackedAt = 0;
  }

  /** What a log does not say again because all nodes have it is in a snapshot, for a node that was not there. @throws while something is lacking */
  async demandLacking(): Promise<void> {
    if (this.lackedAt === 0) return;
    const lacked = `message ${this.lackedAt} of the log follows one that is not in this log`;
    this.#parts.say(`${lacked}, and no snapshot covers it yet`);
    await this.#parts.askForSnapshot();
    throw new Error(`${lacked}; a snapshot has been asked for`);
  }

  /**
   * Messages that this node lacks are in a snapshot, or an operator has said that they are lost.
   * @param first the first message that is there
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
    throw new Error(`${gone}; a snapshot has been asked for`);
  }
}
