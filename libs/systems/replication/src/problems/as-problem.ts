import { ProblemError, StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';

const RETRY_AFTER_SECONDS = 5;

/** The problem with which a requester is told that a deployment could not be carried out. Other errors are returned unchanged. */
export function asProblem(error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnavailableError) {
    return new ProblemError('unavailable', 'This module cannot reach what it needs for it; try again.', {
      cause: error,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (error instanceof StoreRefusedError) {
    return new ProblemError('storeFailed', 'The database of this module refused the operation.', {
      cause: error,
    });
  }
  return error;
}
