const FIRST = 16;
const MOST = 1_024;
const QUICK_MS = 250;

/** Over how many documents a script is run at once: doubled while that is fast, and fewer if each has many copies. */
export class StepSize {
  readonly #mostCopies: number;
  #documents = FIRST;

  /** @param mostCopies about how many copies a step may make */
  constructor(mostCopies: number) {
    this.#mostCopies = mostCopies;
  }

  get documents(): number {
    return this.#documents;
  }

  took(ms: number, documents: number, copies: number): void {
    const next = ms < QUICK_MS ? this.#documents * 2 : Math.max(this.#documents / 2, FIRST);
    const fitting = copies === 0 ? MOST : Math.ceil((this.#mostCopies * documents) / copies);
    this.#documents = Math.max(1, Math.min(next, MOST, fitting));
  }
}
