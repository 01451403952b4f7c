/** A rate limit: `burst` requests at once, and one more every `refillMs`. */
export interface FloodLimits {
  burst: number;
  refillMs: number;
}

export interface Bucket {
  tokens: number;
  at: number;
}

/** Takes one token from a bucket; null means a bucket that was never used. With `waitMs` 0 the request is allowed. */
export function takeToken(
  bucket: Bucket | null,
  limits: FloodLimits,
  now: number,
): { bucket: Bucket; waitMs: number } {
  const before = bucket ?? { tokens: limits.burst, at: now };
  const elapsed = Math.max(0, now - before.at);
  const tokens = Math.min(limits.burst, before.tokens + elapsed / limits.refillMs);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at: now }, waitMs: 0 };
  return { bucket: { tokens, at: now }, waitMs: Math.ceil((1 - tokens) * limits.refillMs) };
}
