import { takeToken, type Bucket, type FloodLimits } from '@nestjs-spark/modules/internal';

/** Five wrong tokens a minute from one address. */
const LIMITS: FloodLimits = { burst: 5, refillMs: 12_000 };
const MOST_ADDRESSES = 10_000;

/** Bounds how often an address may be wrong. */
export class Tries {
  readonly #buckets = new Map<string, Bucket>();

  /** How long the address has to wait before it may try; 0: not at all. */
  waitMs(address: string, now = performance.now()): number {
    return takeToken(this.#buckets.get(address) ?? null, LIMITS, now).waitMs;
  }

  wrong(address: string, now = performance.now()): void {
    if (this.#buckets.size >= MOST_ADDRESSES) this.#buckets.clear();
    this.#buckets.set(address, takeToken(this.#buckets.get(address) ?? null, LIMITS, now).bucket);
  }
}
