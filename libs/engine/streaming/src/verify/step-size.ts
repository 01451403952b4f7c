const FIRST = 16;
const MOST = 1_024;
const QUICK_MS = 250;

/** How many documents a script is run over together: twice as many as before while that is quick, and fewer where each has many copies. */
export class StepSize {
  readonly #mostCopies: number;
  #documents = FIRST;

  /** @param mostCopies about so many copies are to come of it at most */
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
