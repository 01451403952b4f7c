/** A rate limit: `burst` requests at once, and one more every `refillMs`. */
export interface FloodLimits {
  burst: number;
  refillMs: number;
}

export interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Takes tokens from a bucket, all or none; null means a bucket that was never used. With `waitMs` 0 the request is allowed.
 * @param count at most the bucket's `burst`. Default 1
 */
export function takeToken(
  bucket: Bucket | null,
  limits: FloodLimits,
  now: number,
  count = 1,
): { bucket: Bucket; waitMs: number } {
  const before = bucket ?? { tokens: limits.burst, at: now };
  const elapsed = Math.max(0, now - before.at);
  const tokens = Math.min(limits.burst, before.tokens + elapsed / limits.refillMs);
  if (tokens >= count) return { bucket: { tokens: tokens - count, at: now }, waitMs: 0 };
  return { bucket: { tokens, at: now }, waitMs: Math.ceil((count - tokens) * limits.refillMs) };
}
