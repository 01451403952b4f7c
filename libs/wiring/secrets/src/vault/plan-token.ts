/** A token of Vault's. Times are in milliseconds, by one monotonic clock. */
export interface VaultToken {
  value: string;
  /** When it was asked for. */
  since: number;
  /** How long it is good for from then on; 0: it does not expire. */
  ttlMs: number;
  /** How long it was good for when it was new. */
  fullTtlMs: number;
  renewable: boolean;
}

/**
 * What has to be done with a token. It is renewed in the middle of its life, so that a failure leaves time to try again; one
 * that Vault renews for less and less is replaced, because it nears the end that no renewal moves. Pure.
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

/** How long to wait before looking again: until the values are to be read, or the token is in the middle of its life. */
export function nextLookMs(token: VaultToken, refreshMs: number, now: number): number {
  const middle = token.ttlMs === 0 ? Infinity : token.since + token.ttlMs / 2 - now;
  return Math.max(100, Math.min(refreshMs, middle));
}
