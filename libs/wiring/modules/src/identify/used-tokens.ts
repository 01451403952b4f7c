import { nameKey } from '@nestjs-spark/foundation/internal';
import { CLOCK_SKEW_SECONDS } from './token-claims.ts';

/** How many tokens of one module are remembered at once: far more than a module needs in a minute. */
const PER_MODULE = 5_000;

export type Use = 'first' | 'again' | 'too-many';

/**
 * Remembers the `jti` of every accepted token until it expires. Only filled after the signature was verified, and bounded per
 * module, so that one module's flood neither grows memory nor evicts the others' tokens. Specific to this process; what was
 * presented to other instances is in the ledger.
 */
export class UsedTokens {
  private readonly byModule = new Map<string, Map<string, number>>();
  private readonly bound: number;

  constructor(bound: number = PER_MODULE) {
    this.bound = bound;
  }

  use(module: string, jti: string, expires: number, nowSeconds: number): Use {
    const seen = this.of(module);
    if (seen.has(jti)) return 'again';
    if (seen.size >= this.bound) forgetExpired(seen, nowSeconds);
    if (seen.size >= this.bound) return 'too-many';
    seen.set(jti, expires + CLOCK_SKEW_SECONDS);
    return 'first';
  }

  private of(module: string): Map<string, number> {
    const key = nameKey(module);
    const known = this.byModule.get(key);
    if (known) return known;
    const fresh = new Map<string, number>();
    this.byModule.set(key, fresh);
    return fresh;
  }
}

function forgetExpired(seen: Map<string, number>, nowSeconds: number): void {
  for (const [jti, until] of seen) if (until < nowSeconds) seen.delete(jti);
}
