import type { RetryPolicy } from '@nestjs-spark/foundation/internal';

export const RETRY_MS = 500;

/**
 * For waiting on the server: short, since it only costs one small request; jittered, so that not all modules retry at the same
 * moment.
 */
export const RETRY: RetryPolicy = { waitMs: RETRY_MS, jitter: 0.5 };
