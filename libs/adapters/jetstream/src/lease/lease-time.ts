/** One renewal may be lost, and its answer and that of the next may be slow. */
const ROUND_TRIPS = 6;
const LONGEST_MS = 30_000;

/** The ttl of a lease: longer while JetStream answers slowly, or it could never be renewed in time. */
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

  /** How long JetStream currently takes to answer; 0 before its first answer. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Grows immediately and shrinks slowly. */
  saw(tookMs: number): void {
    this.#roundTripMs = Math.max(tookMs, (this.#roundTripMs + tookMs) / 2);
  }
}

/** Maximum wait for a holder without a sign of life, by this instance's own settings. */
export function longestTtlMs({ ttlMs }: Pick<LeaseTime, 'ttlMs'>): number {
  return Math.max(LONGEST_MS, ttlMs);
}
