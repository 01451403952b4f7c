import { isIP } from 'node:net';
import { takeToken, type Bucket, type FloodLimits } from '@nestjs-spark/modules/internal';

/** Five wrong tokens per minute and network. */
const LIMITS: FloodLimits = { burst: 5, refillMs: 12_000 };
const MOST_NETWORKS = 10_000;

/** Limits failed sign-ins per network. */
export class Tries {
  readonly #buckets = new Map<string, Bucket>();

  /** Milliseconds until the address may fail again; 0 if it may now. */
  waitMs(address: string, now = performance.now()): number {
    return takeToken(this.#buckets.get(networkOf(address)) ?? null, LIMITS, now).waitMs;
  }

  wrong(address: string, now = performance.now()): void {
    const network = networkOf(address);
    const { bucket } = takeToken(this.#buckets.get(network) ?? null, LIMITS, now);
    this.#buckets.delete(network);
    this.#buckets.set(network, bucket);
    if (this.#buckets.size <= MOST_NETWORKS) return;
    for (const oldest of this.#buckets.keys()) return void this.#buckets.delete(oldest);
  }
}

/** The first 64 bits for IPv6: whoever has one address there has the whole /64. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [plain = ''] = address.toLowerCase().split('%', 1);
  const mapped = plain.startsWith('::ffff:') ? plain.slice('::ffff:'.length) : '';
  if (isIP(mapped) === 4) return mapped;
  const [front = [], back = []] = plain.split('::', 2).map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const groups = [...front, ...zeros, ...back].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
