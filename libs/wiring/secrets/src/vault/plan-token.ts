/** A Vault token. Times are in milliseconds, by one monotonic clock. */
export interface VaultToken {
  value: string;
  /** When it was requested. */
  since: number;
  /** Remaining lifetime from then on; 0: it does not expire. */
  ttlMs: number;
  /** Its lifetime when it was new. */
  fullTtlMs: number;
  renewable: boolean;
}

/**
 * What to do with a token. It is renewed half-way through its lifetime, so that a failure leaves time for retries; one that Vault
 * renews for shorter and shorter periods is replaced, because it approaches its maximum lifetime. Pure.
 */
export function planToken(token: VaultToken | null, now: number): 'login' | 'renew' | 'keep' {
  if (!token) return 'login';
  const { since, ttlMs, fullTtlMs, renewable } = token;
  if (ttlMs === 0) return 'keep';
  const left = ttlMs - (now - since);
  if (left <= 0 || ttlMs < fullTtlMs / 2) return 'login';
  if (left > ttlMs / 2) return 'keep';
  return renewable ? 'renew' : 'login';
}

/** How long to wait before looking again: until the values have to be read, or the token is half-way through its lifetime. */
export function nextLookMs(token: VaultToken, refreshMs: number, now: number): number {
  const middle = token.ttlMs === 0 ? Infinity : token.since + token.ttlMs / 2 - now;
  return Math.max(100, Math.min(refreshMs, middle));
}
