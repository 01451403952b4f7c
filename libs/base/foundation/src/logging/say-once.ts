/** Distinguishes news from what was just logged, so that a failure is logged once rather than at every attempt. */
export class SayOnce {
  #last: string | null = null;

  /** Whether `text` differs from the last one, which it replaces. */
  isNews(text: string): boolean {
    if (text === this.#last) return false;
    this.#last = text;
    return true;
  }

  /** The condition is over: the same text will be news again. */
  forget(): void {
    this.#last = null;
  }
}
