import type { RetryPolicy } from '@nestjs-spark/foundation/internal';

export const RETRY_MS = 500;

/** For what waits for the server: soon, and always the same, since it costs one small request. */
export const RETRY: RetryPolicy = { waitMs: RETRY_MS };
