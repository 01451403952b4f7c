/** A renewal may be lost once, and its answer and the next one's may take their time. */
const ROUND_TRIPS = 6;
const LONGEST_MS = 30_000;

/** How long a lease is good for: longer while JetStream answers slowly, or it could never be renewed in time. */
export class LeaseTime {
  readonly #shortestMs: number;
  #roundTripMs = 0;

  constructor(shortestMs: number) {
    this.#shortestMs = shortestMs;
  }

  get ttlMs(): number {
    const needed = Math.min(LONGEST_MS, Math.round(ROUND_TRIPS * this.#roundTripMs));
    return Math.max(this.#shortestMs, needed);
  }

  /** How long JetStream takes to answer lately; 0 before its first answer. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Grows at once and shrinks slowly. */
  saw(tookMs: number): void {
    this.#roundTripMs = Math.max(tookMs, (this.#roundTripMs + tookMs) / 2);
  }
}

/** The longest that a holder without a sign of life is waited for, by this instance's own settings. */
export function longestTtlMs({ ttlMs }: Pick<LeaseTime, 'ttlMs'>): number {
  return Math.max(LONGEST_MS, ttlMs);
}
