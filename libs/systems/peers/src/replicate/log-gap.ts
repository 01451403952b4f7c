export interface LogGapParts {
  /** Has another node take a snapshot. */
  askForSnapshot(): Promise<unknown>;
  say(reason: string): void;
}

/** Messages of the log that are gone before this node has read them. */
export class LogGap {
  readonly #parts: LogGapParts;
  /** The last message that was read, applied or not. */
  readTo = 0;
  #isMissing = false;
  #mayLack = false;

  constructor(parts: LogGapParts) {
    this.#parts = parts;
  }

  /** Begins to read behind a position. */
  beginAt(position: number): void {
    this.readTo = position;
    this.#isMissing = false;
  }

  /** @returns whether messages were missing: from now on they may */
  takeAsItIs(): boolean {
    this.#mayLack ||= this.#isMissing;
    return this.#isMissing;
  }

  /**
   * Messages that this node lacks are in a snapshot, or an operator has said that they are lost.
   * @param first the first message that is there
   */
  async pass(first: number): Promise<void> {
    const next = this.readTo + 1;
    if (first <= next) return;
    if (this.#mayLack) {
      this.beginAt(first - 1);
      return;
    }
    this.#isMissing = true;
    const gone = `messages ${next} to ${first - 1} of the log are gone`;
    this.#parts.say(`${gone}, and no snapshot covers them yet`);
    await this.#parts.askForSnapshot();
    throw new Error(`${gone}; a snapshot has been asked for`);
  }
}
