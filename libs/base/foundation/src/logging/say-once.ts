/** Tells news from what was said just before, so that a failure is in the log once and not at every attempt. */
export class SayOnce {
  #last: string | null = null;

  /** Whether `text` is another one than the last; it is the last one from now on. */
  isNews(text: string): boolean {
    if (text === this.#last) return false;
    this.#last = text;
    return true;
  }

  /** What was said is over: the same text is news again. */
  forget(): void {
    this.#last = null;
  }
}
