/** Counts failures among the most recent records, and reports when there are too many. */
export class ErrorBudget {
  readonly #limit: { failed: number; of: number };
  /** For each failure among the most recent records, how many records had been seen. */
  #failures: number[] = [];
  #seen = 0;

  constructor(limit: { failed: number; of: number }) {
    this.#limit = limit;
  }

  /** Whether processing may continue after this record. */
  allows(hasFailed: boolean): boolean {
    this.#seen++;
    if (!hasFailed) return true;
    this.#failures.push(this.#seen);
    this.#failures = this.#failures.filter((at) => at > this.#seen - this.#limit.of);
    return this.#failures.length <= this.#limit.failed;
  }
}
