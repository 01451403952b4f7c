import type { RetryPolicy } from '@nestjs-spark/foundation/internal';

export const RETRY_MS = 500;

/** For what waits for the server: soon, since it costs one small request; not all modules at the same moment. */
export const RETRY: RetryPolicy = { waitMs: RETRY_MS, jitter: 0.5 };
